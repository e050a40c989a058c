"""Who has failed to sign in too often waits. The database counts, so that all processes count together."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, ip_address, ip_network

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from migration_tracker.accounts.models import FailedSignIn, User
from migration_tracker.audit import services as audit
from migration_tracker.audit.models import INSTALLATION

WINDOW = timedelta(minutes=15)
_WRITTEN = re.compile(r"\[([^]%]+)[^]]*\](?::\d+)?|(\d+\.\d+\.\d+\.\d+):\d+")  # with brackets or a port


@dataclass(frozen=True, slots=True)
class Limit:
    """How many failures within the window are borne, of those that agree in these fields."""

    most: int
    fields: tuple[str, ...]
    whose: str


# Whoever guesses at one password is stopped soon, and at many a little later. To lock somebody else out from
# elsewhere takes many failures, and ends by itself.
LIMITS = (
    Limit(5, ("name", "address"), "for this name from your address"),
    Limit(30, ("address",), "from your address"),
    Limit(100, ("name",), "for this name"),
)


@dataclass(frozen=True, slots=True)
class Lock:
    """Whose sign-ins are refused, and until when."""

    whose: str
    until: datetime

    @property
    def seconds(self) -> int:
        """How long it still takes, at least a second."""
        return max(1, math.ceil((self.until - timezone.now()).total_seconds()))


def address(request: HttpRequest) -> str:
    """Where a request comes from: who spoke to us, or to the outermost of our own proxies.

    Of IPv6 the network, for a sender has at least a /64 to choose addresses from; without the port that some
    proxies write behind it.
    """
    peer = str(request.META.get("REMOTE_ADDR", ""))
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    if settings.PROXIES == 0 or not hops:
        return _sender(peer)
    proxies: int = settings.PROXIES
    return _sender(hops[-min(proxies, len(hops))])


def _sender(written: str) -> str:
    found = _WRITTEN.fullmatch(written)
    try:
        one = ip_address((found[1] or found[2]) if found else written.partition("%")[0])
    except ValueError:
        return written[:64]
    if isinstance(one, IPv4Address):
        return str(one)
    return str(one.ipv4_mapped or ip_network((one, 64), strict=False))


def lock(name: str, where: str) -> Lock | None:
    """What refuses a sign-in of this name from this address, whatever the password; None lets it try."""
    found = [lock for limit in LIMITS if (lock := _of(limit, {"name": _kept(name), "address": where}))]
    return max(found, key=lambda one: one.until, default=None)


@transaction.atomic
def failed(name: str, where: str) -> Lock | None:
    """Count a failure; the lock that it brings about. That goes into the audit trail."""
    FailedSignIn.objects.filter(at__lt=timezone.now() - WINDOW).delete()
    failure = FailedSignIn.objects.create(name=_kept(name), address=where)
    brought = lock(name, where)
    if brought:
        user = User.objects.filter(username__iexact=name).first()
        who = str(user) if user else "a name that nobody has"  # what was typed there may be a password
        audit.record(
            None,
            "user.locked_out",
            user or failure,
            chain=INSTALLATION,
            sentence=f"locked out {who} after too many failed sign-ins",
            address=where,
            until=brought.until.isoformat(timespec="seconds"),
        )
    return brought


def succeeded(name: str, where: str) -> None:
    """Forget the failures of this name from this address."""
    FailedSignIn.objects.filter(name=_kept(name), address=where).delete()


def _kept(name: str) -> str:
    return name.strip().lower()[:150]


def _of(limit: Limit, values: dict[str, str]) -> Lock | None:
    matching = FailedSignIn.objects.filter(
        at__gt=timezone.now() - WINDOW, **{field: values[field] for field in limit.fields}
    )
    times = list(matching.order_by("-at").values_list("at", flat=True)[: limit.most])
    return Lock(limit.whose, times[-1] + WINDOW) if len(times) == limit.most else None
