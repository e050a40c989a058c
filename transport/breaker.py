"""Tells a message that is bad from a world outside that is down, so that an outage puts nothing away."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable

from transport import backoff
from transport.contract import ConsumerOptions, TopicPartition

log = logging.getLogger("transport")


class Breaker:
    """Opens when most messages of a while failed; then one is tried now and again until one succeeds.

    Only failures that a repetition may help count, and each message once. While it is open no message leaves
    for a retry topic or the dead letters, and no other begins.

    Arguments:
        wake: called when a message may be tried, and when the breaker closes.
    """

    def __init__(self, options: ConsumerOptions, wake: Callable[[], None]) -> None:
        self.successes = 0  # counted up by whoever handles messages
        self.open = False
        self.trouble = ""
        self._ratio = options.breaker_ratio
        self._least = options.breaker_messages
        self._window = options.breaker_window
        self._first, self._longest = options.retry_first, options.retry_max
        self._wake = wake
        # When a message first failed, which, and how many had succeeded by then.
        self._failed: deque[tuple[float, tuple[TopicPartition, int], int]] = deque()
        self._known: set[tuple[TopicPartition, int]] = set()
        self._probes = 0
        self._next = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def failed(self, place: TopicPartition, offset: int, reason: str) -> None:
        """Take note that a message failed in a way that a repetition may help."""
        now = asyncio.get_running_loop().time()
        if self.open:
            self.trouble = self._told(reason)
            return
        while self._failed and self._failed[0][0] < now - self._window:
            self._known.discard(self._failed.popleft()[1])
        if (which := (place, offset)) not in self._known:
            self._known.add(which)
            self._failed.append((now, which, self.successes))
        failures = len(self._failed)
        if self._ratio is None or failures < self._least:
            return
        if failures / (failures + self.successes - self._failed[0][2]) >= self._ratio:
            self.open = True
            self.trouble = self._told(reason)
            log.error("%s", self.trouble)
            self._later(now)

    def claim(self) -> bool:
        """Whether one message may be tried now, although the breaker is open."""
        now = asyncio.get_running_loop().time()
        if now < self._next:
            return False
        self._later(now)
        return True

    def close(self) -> None:
        """A message succeeded: the world is back."""
        log.info("A message succeeded: handling goes on")
        self.open, self.trouble, self._probes = False, "", 0
        self._failed.clear()
        self._known.clear()
        self.cancel()
        self._wake()

    def cancel(self) -> None:
        """Wake nobody any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _later(self, now: float) -> None:
        self._probes += 1
        pause = backoff.pause(self._probes, first=self._first, longest=self._longest)
        self._next = now + pause
        self.cancel()
        self._timer = asyncio.get_running_loop().call_at(self._next, self._wake)

    def _told(self, reason: str) -> str:
        return (
            f"{len(self._failed)} messages failed within {self._window:g} s, at least {self._ratio:.0%} of "
            "all: something they need seems to be down, so one is tried now and again and none is put away: "
            f"{reason}"
        )
