"""Posting to partners."""

import os
from typing import Any

import aiohttp


class PartnerError(Exception):
    """A partner did not take what was posted."""


class Partner:
    """A partner's HTTP API, by the variables NAME_URL and NAME_TOKEN."""

    def __init__(self, name: str) -> None:
        self.url = os.environ[f"{name}_URL"]
        self._token = os.environ[f"{name}_TOKEN"]
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "Partner":
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=10), headers={"Authorization": f"Bearer {self._token}"}
        )
        return self

    async def __aexit__(self, *error: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def post(self, path: str, body: Any) -> Any:
        assert self._session is not None
        try:
            async with self._session.post(self.url + path, json=body, allow_redirects=False) as response:
                if response.status >= 300:
                    raise PartnerError(f"{path}: status {response.status}")
                return await response.json()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise PartnerError(f"{path}: {type(error).__name__}") from error
