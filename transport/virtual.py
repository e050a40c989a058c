"""Virtual time for tests: a wait of forty minutes takes no time, and always the same.

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(test())

Whenever nothing is left to do but wait, the loop's clock jumps to the next timer. Time stands still while
code runs, so deadlines are met on the dot. It is meant for the memory transport: what comes from a socket, a
thread or a process takes real time, and is overtaken by every timer.
"""

import asyncio
import selectors
import time
from typing import Any


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop with a clock of its own, that begins at 0 and at the present time of day."""

    def __init__(self) -> None:
        self._passed = 0.0
        self._began = time.time()
        super().__init__(_Leap(self))

    def time(self) -> float:
        return self._passed

    def wall(self) -> float:
        """Seconds since the epoch."""
        return self._began + self._passed

    def leap(self, seconds: float) -> None:
        """Let time pass."""
        self._passed += seconds


class _Leap(selectors.DefaultSelector):
    """Looks for what sockets have, and instead of waiting for them lets time pass."""

    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        found = super().select(0)
        if not found:
            self._loop.leap(timeout)
        return found
