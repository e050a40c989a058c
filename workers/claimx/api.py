"""The ClaimX API's client: pooled connections, timeouts, short retries that respect Retry-After."""

import asyncio
import random
from collections.abc import Mapping
from types import TracebackType
from typing import Self, TypeVar

import aiohttp
from pydantic import TypeAdapter, ValidationError
from yarl import URL

from workers import retry_after
from workers.claimx.entities import Contact, Media, Project, Task, VideoCollaboration
from workers.errors import ApiRefusedError, ApiUnavailableError
from workers.messages import reason
from workers.settings import required

Answer = TypeVar("Answer")

PROJECT = TypeAdapter(Project)
MEDIA = TypeAdapter(tuple[Media, ...])
CONTACTS = TypeAdapter(tuple[Contact, ...])
CONVERSATIONS = TypeAdapter(tuple[VideoCollaboration, ...])
TASK = TypeAdapter(Task)

ATTEMPTS = 4
FIRST_WAIT = 0.1
LONGEST_WAIT = 5.0
"""Seconds; a server that asks for more is not waited for here: its message comes again later."""


class ClaimXApi:
    """Asks the ClaimX API; an async context manager that holds the pooled connections.

    Each question raises ApiRefusedError when the answer is final (401, 403, 404, a body that is not as
    agreed) and ApiUnavailableError when it may be another one later (429, 5xx, no connection, no answer in
    time).
    """

    def __init__(self, url: str, token: str, *, timeout: float = 10.0) -> None:
        self._url = URL(url)
        self._token = token
        self._timeout = aiohttp.ClientTimeout(total=timeout)
        self._session: aiohttp.ClientSession | None = None

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """The API that CLAIMX_API_URL and CLAIMX_API_TOKEN name; raises SettingError."""
        return cls(
            required(environ, "CLAIMX_API_URL", "the address of the ClaimX API"),
            required(environ, "CLAIMX_API_TOKEN", "the bearer token for the ClaimX API"),
        )

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

    async def project(self, project_id: str) -> Project:
        """The project itself."""
        return await self._get(PROJECT, "export", "project", project_id)

    async def media(self, project_id: str) -> tuple[Media, ...]:
        """A project's files, each with a freshly presigned URL."""
        return await self._get(MEDIA, "export", "project", project_id, "media")

    async def contacts(self, project_id: str) -> tuple[Contact, ...]:
        """The people of a project."""
        return await self._get(CONTACTS, "export", "project", project_id, "contacts")

    async def conversations(self, project_id: str) -> tuple[VideoCollaboration, ...]:
        """A project's video collaborations."""
        return await self._get(CONVERSATIONS, "export", "project", project_id, "conversations")

    async def task(self, assignment_id: str) -> Task:
        """A custom task by its assignment."""
        return await self._get(TASK, "customTasks", "assignment", assignment_id)

    async def _get(self, kind: TypeAdapter[Answer], *path: str) -> Answer:
        where = "/" + "/".join(path)
        attempt = 1
        while True:
            try:
                return _understood(kind, await self._body(where), where)
            except ApiUnavailableError as error:
                wait = error.retry_after
                if wait is None:
                    wait = FIRST_WAIT * 2 ** (attempt - 1) * random.uniform(0.5, 1.5)  # noqa: S311
                if attempt == ATTEMPTS or wait > LONGEST_WAIT:
                    raise
            await asyncio.sleep(wait)
            attempt += 1

    async def _body(self, where: str) -> bytes:
        assert self._session is not None, "ask inside `async with ClaimXApi(…)`"
        try:
            async with self._session.get(self._url.joinpath(*where[1:].split("/"))) as response:
                if response.status in {408, 429} or response.status >= 500:
                    wait = retry_after.seconds(response.headers.get("Retry-After"))
                    raise ApiUnavailableError(f"ClaimX API: {where}: status {response.status}", wait)
                if response.status != 200:
                    raise ApiRefusedError(f"ClaimX API: {where}: status {response.status}")
                if response.content_type != "application/json":
                    # A proxy's error page, most likely: the API itself always answers in JSON.
                    raise ApiUnavailableError(f"ClaimX API: {where}: answered in {response.content_type}")
                return await response.read()
        except TimeoutError as error:
            raise ApiUnavailableError(f"ClaimX API: {where}: no answer in {self._timeout.total} s") from error
        except aiohttp.ClientError as error:
            raise ApiUnavailableError(f"ClaimX API: {where}: {error}") from error


def _understood(kind: TypeAdapter[Answer], body: bytes, where: str) -> Answer:
    try:
        return kind.validate_json(body)
    except ValidationError as error:
        raise ApiRefusedError(f"ClaimX API: {where}: an answer not as agreed: {reason(error)}") from None
