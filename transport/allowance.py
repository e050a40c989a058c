"""How much may be under way at once."""

import asyncio
from collections import deque


class Allowance:
    """Lets messages and their bytes under way up to a limit; who comes later waits, in the order of arrival.

    Arguments:
        messages: most messages under way.
        size: most bytes under way; a single message may exceed it when it is alone.
    """

    def __init__(self, messages: int, size: int) -> None:
        self._messages = messages
        self._size = size
        self._waiting: deque[tuple[asyncio.Future[None], int]] = deque()
        self.messages = 0  # under way now
        self.size = 0

    async def take(self, size: int) -> None:
        """Return when the message may go; `give` must follow."""
        if self._waiting or not self._fits(size):
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append((turn, size))
            try:
                await turn  # whoever makes room has counted us already
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled():
                    self.give(size)
                raise
        else:
            self._count(size)

    def give(self, size: int) -> None:
        """The message is no longer under way."""
        self.messages -= 1
        self.size -= size
        while self._waiting and (self._waiting[0][0].done() or self._fits(self._waiting[0][1])):
            turn, wanted = self._waiting.popleft()
            if not turn.done():
                self._count(wanted)
                turn.set_result(None)

    def _fits(self, size: int) -> bool:
        return self.messages < self._messages and (not self.messages or self.size + size <= self._size)

    def _count(self, size: int) -> None:
        self.messages += 1
        self.size += size
