"""Checks shared access signatures.

The format is that of https://learn.microsoft.com/azure/event-hubs/authenticate-shared-access-signature.
"""

import base64
import hashlib
import hmac
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote_plus

from transport.local.event_hubs import addresses
from transport.local.event_hubs.refusals import UnauthorizedError

PREFIX = "SharedAccessSignature "
_NAMESPACE = re.compile(r"\w+://[\w-]+\.servicebus\.windows\.net(?:[:/]|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Grant:
    """What a good token allows: everything at and below `path` until `expires` (seconds since the epoch)."""

    path: str
    expires: int

    def covers(self, address: str) -> bool:
        """Tell whether it holds now for the path of `address`."""
        wanted = addresses.path(address).casefold()
        granted = self.path.casefold()
        below = not granted or wanted == granted or wanted.startswith(granted + "/")
        return below and time.time() < self.expires


def verify(token: str, keys: Mapping[str, str], *, strangers: bool = False) -> Grant:
    """Check a token.

    Args:
        token: `SharedAccessSignature sr=…&sig=…&se=…&skn=…`.
        keys: shared access keys by name.
        strangers: whether a token for a real namespace is taken unchecked: its key is known to Azure only.

    Returns:
        What it allows.

    Errors:
        UnauthorizedError: it is malformed, expired, or not signed with the key it names.
    """
    if not token.startswith(PREFIX):
        raise UnauthorizedError("the token is no shared access signature")
    fields = dict(field.partition("=")[::2] for field in token.removeprefix(PREFIX).split("&"))
    if not fields.keys() >= {"sr", "sig", "se", "skn"} or not fields["se"].isdecimal():
        raise UnauthorizedError("the token lacks one of sr, sig, se and skn")
    if not (strangers and _NAMESPACE.match(unquote_plus(fields["sr"]))):
        _check(fields, keys)
    grant = Grant(addresses.path(unquote_plus(fields["sr"])), int(fields["se"]))
    if time.time() >= grant.expires:
        raise UnauthorizedError("the token has expired")
    return grant


def _check(fields: Mapping[str, str], keys: Mapping[str, str]) -> None:
    key = keys.get(unquote_plus(fields["skn"]))
    if key is None:
        raise UnauthorizedError("the token names a key that does not exist")
    # Signed is the resource as it is written in the token, still quoted.
    signed = hmac.new(key.encode(), f"{fields['sr']}\n{fields['se']}".encode(), hashlib.sha256)
    if not hmac.compare_digest(base64.b64encode(signed.digest()).decode(), unquote_plus(fields["sig"])):
        raise UnauthorizedError("the token is not signed with the key it names")
