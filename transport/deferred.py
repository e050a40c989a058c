"""Messages out of a retry topic, until they are due."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

from transport import clock
from transport.case import Case
from transport.contract import PipelineMessage
from transport.sidings import Sidings


class Deferred:
    """What one partition of a retry topic holds for us, in the order it came, which is that of its due times.

    Arguments:
        longest: seconds a message waits at most, whatever clocks say.
        due: called with those whose time has come.
    """

    def __init__(self, sidings: Sidings, longest: float, due: Callable[[Sequence[Case]], None]) -> None:
        self._sidings = sidings
        self._longest = longest
        self._take_up = due
        self._waiting: deque[Case] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, messages: Sequence[PipelineMessage]) -> list[PipelineMessage]:
        """Keep those that are for us; returns the others."""
        now, wall, others = asyncio.get_running_loop().time(), clock.wall(), []
        for message in messages:
            parked = self._sidings.read(message)
            if parked is None:
                others.append(message)
                continue
            due = now + min(max(0.0, parked.due - wall), self._longest)
            self._waiting.append(
                Case(parked.message, message.offset, due, attempts=parked.attempts, stage=parked.stage)
            )
        self._look()
        return others

    def close(self) -> None:
        """Forget them: they come again."""
        self._waiting.clear()
        if self._timer is not None:
            self._timer.cancel()

    def _look(self) -> None:
        loop, ready = asyncio.get_running_loop(), []
        now = loop.time()
        while self._waiting and self._waiting[0].since <= now:
            ready.append(self._waiting.popleft())
        if self._timer is not None:
            self._timer.cancel()
        if self._waiting:
            self._timer = loop.call_at(self._waiting[0].since, self._look)
        if ready:
            self._take_up(ready)
