"""Waiting: for a condition, with a deadline, and no longer than the run is wanted."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import TypeVar

from migration_tracker.probing.errors import Cancelled

T = TypeVar("T")

_POLL = 0.01
_ASK_EVERY = 0.25  # whoever is asked may look it up in a database


class Watch:
    """Waits on behalf of a run. `cancelled` is asked a few times a second; each wait raises Cancelled if it
    says so."""

    def __init__(self, cancelled: Callable[[], bool] | None) -> None:
        self._cancelled = cancelled or (lambda: False)
        self._asked = 0.0

    def check(self) -> None:
        if time.monotonic() - self._asked >= _ASK_EVERY:
            self._asked = time.monotonic()
            if self._cancelled():
                raise Cancelled

    def until(self, condition: Callable[[], object], seconds: float) -> bool:
        """Wait until `condition` holds, at most `seconds`; whether it does."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() >= deadline:
                return False
            self.check()
            time.sleep(_POLL)
        return True

    def complete(self, work: Coroutine[object, object, T], check: Callable[[], None]) -> T:
        """Run `work` in an event loop of its own; `check` is called meanwhile and may raise to end it."""

        async def watched() -> T:
            task = asyncio.ensure_future(work)
            try:
                while not task.done():
                    await asyncio.wait({task}, timeout=_POLL * 5)
                    if not task.done():
                        self.check()
                        check()
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
            return task.result()

        return asyncio.run(watched())
