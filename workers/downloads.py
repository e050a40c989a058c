"""Fetch a file from an untrusted URL into the cache: streamed, bounded, checked on the way."""

import asyncio
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self
from uuid import uuid4

import aiohttp
from yarl import URL

from workers.errors import DownloadInterruptedError, DownloadRefusedError, UrlExpiredError
from workers.origins import Origins, PublicResolver
from workers.settings import required

CHUNK = 256 * 1024
MOST_REDIRECTS = 3
REDIRECTS = frozenset({301, 302, 303, 307, 308})
UNTYPED = frozenset({"application/octet-stream", "binary/octet-stream"})


@dataclass(frozen=True, slots=True)
class CachedFile:
    """A file that lies in the cache, whole."""

    path: Path
    size: int
    content_type: str


class Downloads:
    """Fetches files into the cache folder; an async context manager that holds the pooled connections.

    `most_bytes` bounds a file's size; `timeout` is how many seconds may pass without a byte, `longest` how
    many a file may take in all, so that a host which drips does not hold a download for ever.
    """

    def __init__(
        self,
        cache: Path,
        origins: Origins,
        *,
        most_bytes: int = 500_000_000,
        timeout: float = 30.0,
        longest: float = 1800.0,
    ) -> None:
        self._cache = cache.resolve()
        self._origins = origins
        self._most_bytes = most_bytes
        self._timeout = aiohttp.ClientTimeout(total=longest, sock_connect=timeout, sock_read=timeout)
        self._session: aiohttp.ClientSession | None = None

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """The cache in CACHE_DIR, and the origins the environment allows; raises SettingError."""
        cache = required(
            environ, "CACHE_DIR", "the folder that downloads are kept in until they are uploaded"
        )
        return cls(Path(cache), Origins.from_env(environ))

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(resolver=PublicResolver(self._origins))
        # Redirects are followed by hand, so that every hop is checked; cookies are nobody's business here.
        self._session = aiohttp.ClientSession(
            connector=connector, timeout=self._timeout, cookie_jar=aiohttp.DummyCookieJar()
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def fetch(self, url: str, blob_path: str) -> CachedFile:
        """Fetch `url` to `blob_path` below the cache; an older file there is replaced by a whole one.

        Raises DownloadRefusedError, UrlExpiredError (the host answered 401 or 403) or
        DownloadInterruptedError.
        """
        destination = self._destination(blob_path)
        try:
            return await self._follow(self._origins.check(url), destination)
        except TimeoutError:
            raise DownloadInterruptedError(f"{blob_path}: the host went silent, or was too slow") from None
        except aiohttp.ClientError as error:
            # Only the kind of error: its text may hold the URL with its signature.
            raise DownloadInterruptedError(f"{blob_path}: {type(error).__name__}") from None

    def _destination(self, blob_path: str) -> Path:
        destination = (self._cache / blob_path).resolve()
        if destination == self._cache or not destination.is_relative_to(self._cache):
            raise DownloadRefusedError(f"{blob_path!r} leads out of the cache")
        return destination

    async def _follow(self, url: URL, destination: Path) -> CachedFile:
        assert self._session is not None, "fetch inside `async with Downloads(…)`"
        for _ in range(MOST_REDIRECTS + 1):
            async with self._session.get(url, allow_redirects=False) as response:
                if response.status not in REDIRECTS:
                    return await self._keep(response, destination)
                url = self._origins.check(_next(url, response.headers.get("Location", "")))
        raise DownloadRefusedError(f"{url.host} redirects more than {MOST_REDIRECTS} times")

    async def _keep(self, response: aiohttp.ClientResponse, destination: Path) -> CachedFile:
        _check(response, destination.name)
        if (response.content_length or 0) > self._most_bytes:
            raise DownloadRefusedError(f"{destination.name} is larger than {self._most_bytes} bytes")
        partial = destination.with_name(f".{uuid4().hex}.part")
        try:
            with await asyncio.to_thread(_create, partial) as file:
                size = await self._stream(response, file)
            await asyncio.to_thread(partial.replace, destination)
        finally:
            partial.unlink(missing_ok=True)
        return CachedFile(destination, size, response.content_type)

    async def _stream(self, response: aiohttp.ClientResponse, file: BinaryIO) -> int:
        size = 0
        async for chunk in response.content.iter_chunked(CHUNK):
            size += len(chunk)
            if size > self._most_bytes:
                raise DownloadRefusedError(f"{response.url.name} is larger than {self._most_bytes} bytes")
            await asyncio.to_thread(file.write, chunk)
        return size


def _next(url: URL, location: str) -> str:
    try:
        return str(url.join(URL(location)))
    except ValueError:
        raise DownloadRefusedError(f"{url.host} redirects to what is no URL") from None


def _check(response: aiohttp.ClientResponse, name: str) -> None:
    """Raise unless the host answers with a file of the kind that `name` promises."""
    if response.status in {401, 403}:
        raise UrlExpiredError(f"{name}: the host answers {response.status}")
    if response.status == 429 or response.status >= 500:
        raise DownloadInterruptedError(f"{name}: the host answers {response.status}")
    if response.status != 200:
        raise DownloadRefusedError(f"{name}: the host answers {response.status}")
    promised, _ = mimetypes.guess_type(name)
    if promised and response.content_type not in UNTYPED | {promised}:
        raise DownloadRefusedError(f"{name} should be {promised}, and is {response.content_type}")


def _create(path: Path) -> BinaryIO:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("xb")
