"""Which hosts files may be fetched from: URLs in messages come from outside and are not to be trusted."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from socket import AddressFamily
from typing import Self

from aiohttp import ThreadedResolver
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from workers.errors import DownloadRefusedError


@dataclass(frozen=True, slots=True)
class Origins:
    """The hosts that may be asked for files.

    `hosts` are names, or, beginning with a dot, a domain and all below it; they are asked by https only, on
    443, and never at a private address. `local` is the one host of a developer's machine that is exempt
    from this.
    """

    hosts: frozenset[str] = frozenset()
    local: URL | None = None

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """DOWNLOAD_ALLOWED_HOSTS, separated by commas, and the local FILE_HOST_URL; both may be missing."""
        names = (name.strip().lower() for name in environ.get("DOWNLOAD_ALLOWED_HOSTS", "").split(","))
        local = environ.get("FILE_HOST_URL", "").strip()
        return cls(frozenset(filter(None, names)), URL(local).origin() if local else None)

    def check(self, url: str) -> URL:
        """`url`, parsed, if it may be asked; raises DownloadRefusedError, which shows the host only."""
        try:
            parsed = URL(url)
            origin = parsed.origin()
        except ValueError:
            raise DownloadRefusedError("the URL is not one with a scheme and a host") from None
        host = (parsed.host or "").lower().rstrip(".")
        if parsed.user is not None or parsed.password is not None:
            raise DownloadRefusedError(f"the URL for {host} holds a user name or password")
        if origin == self.local:
            return parsed
        if parsed.scheme != "https" or parsed.port != 443:
            raise DownloadRefusedError(f"{host} may be asked by https on port 443 only")
        if not any(host == name or (name.startswith(".") and host.endswith(name)) for name in self.hosts):
            raise DownloadRefusedError(f"{host} is not an allowed host (DOWNLOAD_ALLOWED_HOSTS)")
        if _is_address(host) and not ipaddress.ip_address(host).is_global:
            raise DownloadRefusedError(f"{host} is a private address")
        return parsed

    def is_local(self, host: str, port: int) -> bool:
        """Whether this is the configured local host."""
        return self.local is not None and (host, port) == (self.local.host, self.local.port)


class PublicResolver(AbstractResolver):
    """Looks names up, and refuses one that leads to a private address: DNS is not trusted either."""

    def __init__(self, origins: Origins) -> None:
        self._origins = origins
        self._resolver = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: AddressFamily = AddressFamily.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of `host`; raises DownloadRefusedError if one of them is private."""
        answers = await self._resolver.resolve(host, port, family)
        if not self._origins.is_local(host, port):
            for answer in answers:
                if not ipaddress.ip_address(answer["host"]).is_global:
                    raise DownloadRefusedError(f"{host} leads to a private address")
        return answers

    async def close(self) -> None:
        """Nothing is held open."""
        await self._resolver.close()


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
