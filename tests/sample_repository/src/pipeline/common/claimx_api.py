"""Client of the ClaimX API."""

import os
from typing import Any
from urllib.parse import quote

import aiohttp

TIMEOUT = aiohttp.ClientTimeout(total=10)


class ClaimXRefused(Exception):
    """ClaimX will not answer this, today or tomorrow."""


class ClaimXUnavailable(Exception):
    """ClaimX cannot answer now."""


class ClaimXApi:
    """One pooled session; open() before the first question, close() after the last."""

    def __init__(self, base_url: str, token: str) -> None:
        self._base = base_url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"}
        self._session: aiohttp.ClientSession | None = None

    @classmethod
    def from_env(cls) -> "ClaimXApi":
        return cls(os.environ["CLAIMX_API_URL"], os.environ["CLAIMX_API_TOKEN"])

    async def open(self) -> None:
        self._session = aiohttp.ClientSession(timeout=TIMEOUT, headers=self._headers)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def project(self, project_id: str) -> dict[str, Any]:
        return await self._get("export", "project", project_id)

    async def media(self, project_id: str) -> list[dict[str, Any]]:
        return await self._get("export", "project", project_id, "media")

    async def assignment(self, assignment_id: str) -> dict[str, Any]:
        return await self._get("customTasks", "assignment", assignment_id)

    async def _get(self, *parts: str) -> Any:
        assert self._session is not None, "open() comes first"
        path = "/".join(quote(part, safe="") for part in parts)
        try:
            async with self._session.get(f"{self._base}/{path}", allow_redirects=False) as response:
                if response.status == 429 or response.status >= 500:
                    raise ClaimXUnavailable(f"/{path}: status {response.status}")
                if response.status != 200:
                    raise ClaimXRefused(f"/{path}: status {response.status}")
                return await response.json()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ClaimXUnavailable(f"/{path}: {type(error).__name__}") from error
