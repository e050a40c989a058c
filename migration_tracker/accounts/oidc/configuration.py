"""What the environment says of the provider: read and checked at start, without Django."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from migration_tracker.accounts.roles import ROLES

EVERYWHERE = ""
"""Where a role counts that names no migration."""
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class WrongConfiguration(Exception):
    """A variable is missing or cannot be read; the text names it and says what it should be."""


@dataclass(frozen=True, slots=True)
class Grant:
    """The role that a group gives, in one migration by its key, or `EVERYWHERE`."""

    group: str
    role: str
    where: str


@dataclass(frozen=True, slots=True)
class Configuration:
    """One provider, and what its groups are worth here.

    Attributes:
        issuer: its address, exactly as it calls itself; its discovery document lies below.
        client_id: what the provider knows this tracker as.
        client_secret: what the tracker shows it.
        name: what the button on the sign-in page calls it.
        scopes: what is asked for, `openid` among them.
        groups_claim: the claim that lists somebody's groups.
        grants: which group gives which role where.
        session_hours: how long a sign-in holds, and so at most how old roles by group get.
    """

    issuer: str
    client_id: str
    client_secret: str
    name: str
    scopes: str
    groups_claim: str
    grants: tuple[Grant, ...]
    session_hours: int

    def roles(self, groups: frozenset[str]) -> dict[str, Grant]:
        """The highest role that these groups give, by where."""
        order = list(ROLES)
        held = sorted(
            (one for one in self.grants if one.group in groups), key=lambda one: order.index(one.role)
        )
        return {one.where: one for one in held}


def read(
    *,
    issuer: str,
    client_id: str,
    client_secret: str,
    name: str,
    scopes: str,
    groups_claim: str,
    groups: str,
    session_hours: int,
) -> Configuration | None:
    """What the environment says, by its variables; None where no provider is named.

    Raises:
        WrongConfiguration: what is wrong, and what it should be.
    """
    needed = {"OIDC_CLIENT_ID": client_id, "OIDC_CLIENT_SECRET": client_secret}
    if not issuer:
        if named := [variable for variable, value in (needed | {"OIDC_GROUPS": groups}).items() if value]:
            raise WrongConfiguration(
                f"{named[0]} is set, but OIDC_ISSUER is not: name the provider's address"
            )
        return None
    if not secure(issuer):
        raise WrongConfiguration(f"OIDC_ISSUER must begin with https://, not {issuer}; loopback may be http")
    if missing := [variable for variable, value in needed.items() if not value]:
        raise WrongConfiguration(f"{missing[0]} is not set: the provider gives it to whom it registers")
    if "openid" not in scopes.split():
        raise WrongConfiguration("OIDC_SCOPES must hold openid, as in: openid profile email")
    if not 1 <= session_hours <= 336:
        raise WrongConfiguration("OIDC_SESSION_HOURS must be from 1 to 336, such as 12")
    return Configuration(
        issuer, client_id, client_secret, name, scopes, groups_claim, grants(groups), session_hours
    )


def secure(address: str) -> bool:
    """Whether what is sent there cannot be read on its way: https, or this very machine."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    )


def grants(text: str) -> tuple[Grant, ...]:
    """`GROUP=ROLE` or `GROUP=ROLE@MIGRATION`, separated by commas, or one a line where groups hold commas.

    Raises:
        WrongConfiguration: one of them is no such thing.
    """
    parts = text.splitlines() if "\n" in text.strip() else text.split(",")
    return tuple(_grant(part.strip()) for part in parts if part.strip())


def _grant(text: str) -> Grant:
    group, equals, given = text.rpartition("=")
    role, at, where = (part.strip() for part in given.partition("@"))
    if not (equals and group.strip() and role in ROLES and bool(at) == bool(where)):
        raise WrongConfiguration(
            f"OIDC_GROUPS: {text} is not GROUP=ROLE or GROUP=ROLE@MIGRATION; roles are {', '.join(ROLES)}"
        )
    return Grant(group.strip(), role, where or EVERYWHERE)
