"""Which addresses a repository is fetched from."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from migration_tracker import outbound
from migration_tracker.fetching.errors import UnsafeAddress

_SCP = re.compile(r"(?:[\w.][\w.-]*@)?(?P<host>[A-Za-z0-9](?:[\w.-]*\w)?):(?!-|//)[^:]+")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?\.?|[0-9A-Fa-f:.]+")
_USER = re.compile(r"[\w.][\w.-]*")
_PORTS = {"https": 443, "ssh": 22}
_LONGEST = 1000  # characters


@dataclass(frozen=True, slots=True)
class Remote:
    """An address taken apart: what git is given, and where that leads. A folder has no host."""

    url: str
    scheme: str
    host: str = ""
    port: int = 0

    @property
    def origin(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + (f":{self.port}" if self.port != _PORTS[self.scheme] else "")

    @property
    def alias(self) -> str:
        """The host as ssh's list of known hosts has it."""
        return self.host if self.port == _PORTS["ssh"] else f"[{self.host}]:{self.port}"


def check(url: str, *, allowed: Collection[str] = (), local: bool = False) -> str:
    """The address as `fetch` takes it; for the form where it is entered.

    Args:
        url: `https://…`, `ssh://…`, `user@host:path`; with `local` a folder's full path, or `file://…`.
        allowed: hosts that may be private, each as `host` or `host:port`.
        local: whether a folder of this machine will do.

    Raises:
        UnsafeAddress: such an address is not fetched from, or its name has no address.
    """
    remote = parse(url, local=local)
    addresses(remote, allowed)
    return remote.url


def parse(url: str, *, local: bool) -> Remote:
    """Take an address apart, without asking for the host's address.

    Raises:
        UnsafeAddress: such an address is not fetched from.
    """
    url = url.strip()
    if len(url) > _LONGEST or any(character <= " " or character in "\\\x7f" for character in url):
        raise UnsafeAddress(
            f"An address has at most {_LONGEST} characters, and no space, control character or backslash"
        )
    if url.startswith(("/", "file:")):
        return _folder(url, local)
    if found := _SCP.fullmatch(url):
        return Remote(url, "ssh", found["host"], _PORTS["ssh"])
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise UnsafeAddress(f"This is no address: {error}") from None
    if parts.scheme not in _PORTS or "::" in url.partition("/")[0]:
        ways = "write https://…, ssh://… or user@host:path" + (", or a folder's full path" if local else "")
        raise UnsafeAddress(f"“{url[:80]}” is no address to fetch from: {ways}")
    if not _HOST.fullmatch(host):
        raise UnsafeAddress(f"“{host[:80]}” is no name of a host")
    if parts.password is not None or (parts.scheme == "https" and parts.username is not None):
        raise UnsafeAddress(f"The address has a user or password before {host}; give them apart from it")
    if parts.username is not None and not _USER.fullmatch(parts.username):
        raise UnsafeAddress(f"“{parts.username[:80]}” is no name of a user")
    if parts.query or parts.fragment or parts.path.strip("/") == "" or parts.path.startswith("/-"):
        raise UnsafeAddress("The address must end with the path of a repository, without ? and #")
    return Remote(url, parts.scheme, host, port or _PORTS[parts.scheme])


def addresses(remote: Remote, allowed: Collection[str]) -> list[str]:
    """The addresses that may be connected to; none for a folder.

    Raises:
        UnsafeAddress: the host may not be asked, or there is no such host.
    """
    if not remote.host:
        return []
    try:
        return outbound.check_address(remote.host, remote.port, allowed=allowed)
    except outbound.OutboundError as error:
        raise UnsafeAddress(str(error)) from None


def _folder(url: str, local: bool) -> Remote:
    path = Path(url.removeprefix("file://"))
    if not local:
        raise UnsafeAddress(
            "A folder of the tracker's own machine can only be given by an administrator there"
        )
    if not path.is_absolute() or "::" in url:
        raise UnsafeAddress(f"“{url[:80]}” is no full path of a folder")
    if not path.is_dir():
        raise UnsafeAddress(f"{path}: there is no such folder")
    return Remote(f"file://{path}", "file")
