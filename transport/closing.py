"""Closes a connection to the end, whoever gives up waiting for that."""

import asyncio
from collections.abc import Callable, Coroutine


class Closing:
    """A closing that happens once, in a task of its own.

    Half a closing is the worst: a consumer that left its group half-way holds partitions that nobody reads,
    and who is cancelled while it closes has nobody behind who would go on.
    """

    def __init__(self, close: Callable[[], Coroutine[object, object, None]]) -> None:
        self._close = close
        self._task: asyncio.Task[None] | None = None

    async def done(self) -> None:
        """Return when it is closed; whoever asks later waits for the same, and hears the same errors."""
        if self._task is None:
            self._task = asyncio.create_task(self._close(), name="transport closes a connection")
        await asyncio.shield(self._task)
