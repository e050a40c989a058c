"""Bounds how long any checkpoint store may take: one that hangs must not hang its readers."""

import asyncio
from collections.abc import Awaitable, Iterable, Mapping
from typing import TypeVar

from transport.adapter import Progress
from transport.checkpoints.store import Ownership, Store
from transport.errors import CommitError

TIMEOUT = 10.0  # seconds
Answer = TypeVar("Answer")


class PatientStore:
    """Another store, waited for no longer than a while.

    Arguments:
        name: the store's name, for people.

    Errors: CommitError from every method.
    """

    def __init__(self, store: Store, name: str, timeout: float = TIMEOUT) -> None:
        self._store = store
        self._name = name
        self._timeout = timeout

    async def checkpoints(self) -> dict[str, Progress]:
        return await self._answer(self._store.checkpoints())

    async def advance(self, finished: Mapping[str, Progress]) -> None:
        await self._answer(self._store.advance(finished))

    async def owners(self) -> list[Ownership]:
        return await self._answer(self._store.owners())

    async def claim(self, wanted: Iterable[Ownership]) -> list[Ownership]:
        return await self._answer(self._store.claim(wanted))

    async def close(self) -> None:
        await self._answer(self._store.close())

    async def _answer(self, asked: Awaitable[Answer]) -> Answer:
        try:
            async with asyncio.timeout(self._timeout):
                return await asked
        except TimeoutError:
            raise CommitError(
                f"the checkpoint store {self._name} has not answered within {self._timeout:g} s "
                "(EVENTHUB_CHECKPOINT_STORE)"
            ) from None
