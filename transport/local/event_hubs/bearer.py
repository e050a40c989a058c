"""Checks bearer tokens: there is one, and whoever has it may do everything."""

import hmac
import time

from transport.local.event_hubs.refusals import UnauthorizedError
from transport.local.event_hubs.sas import Grant

_LIFE_SECONDS = 3600


def verify(token: str, expected: str) -> Grant:
    """Check a token.

    Errors:
        UnauthorizedError: it is another one than `expected`.
    """
    if not hmac.compare_digest(token.encode(), expected.encode()):
        raise UnauthorizedError("the bearer token is not known")
    return Grant("", int(time.time()) + _LIFE_SECONDS)
