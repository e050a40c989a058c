"""A connection to an HTTP API: pooled, with a bearer token, timeouts, and retries as Retry-After asks."""

import asyncio
import random
from types import TracebackType
from typing import Self

import aiohttp
from yarl import URL

from workers import retry_after
from workers.errors import ApiRefusedError, ApiUnavailableError

ATTEMPTS = 4
FIRST_WAIT = 0.1
LONGEST_WAIT = 5.0
"""Seconds; a server that asks for more is not waited for here: its message comes again later."""
DONE = frozenset({200, 201, 202})


class Connection:
    """Asks the API `name` at `url`; an async context manager that holds the pooled connections.

    Each question raises ApiRefusedError when the answer is final (401, 403, 404, any other refusal) and
    ApiUnavailableError when it may be another one later (429, 5xx, no connection, no answer in `timeout`
    seconds, an answer that is no JSON).
    """

    def __init__(self, name: str, url: str, token: str, *, timeout: float = 10.0) -> None:
        self.name = name
        self._url = URL(url)
        self._token = token
        self._timeout = aiohttp.ClientTimeout(total=timeout)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            timeout=self._timeout, headers={"Authorization": f"Bearer {self._token}"}
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def get(self, *path: str) -> bytes:
        """The JSON at `path`, given in its parts."""
        return await self._ask("GET", path)

    async def post(self, *path: str, body: bytes, idempotency_key: str) -> bytes:
        """The JSON answer to `body`, which is JSON itself.

        An answer that is lost on its way makes us post again: `idempotency_key` tells the API that it is the
        same thing.
        """
        headers = {"Content-Type": "application/json", "Idempotency-Key": idempotency_key}
        return await self._ask("POST", path, headers, body)

    async def _ask(
        self, method: str, path: tuple[str, ...], headers: dict[str, str] | None = None, body: bytes = b""
    ) -> bytes:
        where = f"{self.name}: /{'/'.join(path)}"
        if any("/" in part or part in {"", ".", ".."} for part in path):
            raise ApiRefusedError(f"{where}: a part of the path would lead elsewhere")
        url = self._url.joinpath(*path)
        attempt = 1
        while True:
            try:
                return await self._answer(method, url, headers, body, where)
            except ApiUnavailableError as error:
                wait = error.retry_after
                if wait is None:
                    wait = FIRST_WAIT * 2 ** (attempt - 1) * random.uniform(0.5, 1.5)  # noqa: S311
                if attempt == ATTEMPTS or wait > LONGEST_WAIT:
                    raise
            await asyncio.sleep(wait)
            attempt += 1

    async def _answer(
        self, method: str, url: URL, headers: dict[str, str] | None, body: bytes, where: str
    ) -> bytes:
        assert self._session is not None, "ask inside `async with`"
        try:
            async with self._session.request(
                method, url, headers=headers, data=body or None, allow_redirects=False
            ) as response:
                _check(response, where)
                return await response.read()
        except TimeoutError as error:
            raise ApiUnavailableError(f"{where}: no answer in {self._timeout.total} s") from error
        except aiohttp.ClientError as error:
            raise ApiUnavailableError(f"{where}: {error}") from error


def _check(response: aiohttp.ClientResponse, where: str) -> None:
    if response.status in {408, 429} or response.status >= 500:
        wait = retry_after.seconds(response.headers.get("Retry-After"))
        raise ApiUnavailableError(f"{where}: status {response.status}", wait)
    if response.status not in DONE:
        raise ApiRefusedError(f"{where}: status {response.status}")
    if response.content_type != "application/json":
        # A proxy's error page, most likely: the API itself always answers in JSON.
        raise ApiUnavailableError(f"{where}: answered in {response.content_type}")
