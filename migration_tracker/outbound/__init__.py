"""The only door by which the tracker itself asks an address that somebody entered on a page.

Such an address must not become a way into the network that the tracker stands in. `post` sends, `check` is
for the form that takes the address; both refuse what is not on the public internet, unless an administrator
has named the host in OUTBOUND_ALLOWED_HOSTS:

    from migration_tracker import outbound

    outbound.check(url, allowed=settings.OUTBOUND_ALLOWED_HOSTS)                  # Refused says why
    answer = outbound.post(url, body, headers={"Content-Type": "application/json"},
                           allowed=settings.OUTBOUND_ALLOWED_HOSTS)               # Refused, Unreachable
    delivered = 200 <= answer.status < 300

`Refused` is for good: trying again does not help. `Unreachable` may pass: try again later. What is sent goes
to the very address that was checked, so that a name that answers differently the second time gains nothing; a
redirect is never followed. `connect` gives the bare socket, for other protocols.
"""

from migration_tracker.outbound.addresses import check_address, connect
from migration_tracker.outbound.errors import OutboundError, Refused, Unreachable
from migration_tracker.outbound.posting import Answer, check, post

__all__ = ["Answer", "OutboundError", "Refused", "Unreachable", "check", "check_address", "connect", "post"]
