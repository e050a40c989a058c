"""Who may read the metrics: whoever has the token, or an address that is let in. By default nobody."""

from ipaddress import ip_address
from secrets import compare_digest

from django.conf import settings
from django.http import HttpRequest


def may_read(request: HttpRequest) -> bool:
    """Whether `request` brings METRICS_TOKEN, or comes straight from METRICS_ALLOWED_ADDRESSES.

    What a proxy passes on comes from the proxy's address, so where a proxy stands before the tracker only the
    token is of use; a request that says it was passed on is never let in by its address.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if settings.METRICS_TOKEN and scheme.lower() == "bearer":
        return compare_digest(token.strip().encode(), settings.METRICS_TOKEN.encode())
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        sender = ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:  # a Unix socket has no address
        return False
    return any(sender in network for network in settings.METRICS_ALLOWED_ADDRESSES)
