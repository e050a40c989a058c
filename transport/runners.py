"""The tasks that call the handler: as many as may be in flight, shared fairly between partitions."""

import asyncio
import logging
from collections import deque
from typing import Protocol

from transport.breaker import Breaker
from transport.case import Work

log = logging.getLogger("transport")


class Shift(Protocol):
    """A partition, as runners see it."""

    offered: bool

    @property
    def ready(self) -> bool:
        """Whether a message may begin."""

    async def work(self, runner: "Runner") -> bool:
        """Handle messages for a short while; True if others should run before it goes on."""

    def broken(self, error: Exception) -> None:
        """Stop: a mistake of ours came up."""


class Runner:
    """One task that handles one message at a time."""

    __slots__ = ("item", "since", "task")

    def __init__(self) -> None:
        self.item: Work | None = None  # what it handles at present
        self.since = 0.0  # since when, as the loop tells time
        self.task: asyncio.Task[None] | None = None

    def cancelled(self) -> bool:
        """Whether it was told to end."""
        return self.task is not None and bool(self.task.cancelling())


class Runners:
    """At most `limit` runners, begun when there is work, and each partition in its turn.

    There is no task for each message: a runner goes from one to the next, and wakes another one whenever
    there is more to do than it can begin itself.
    """

    def __init__(self, name: str, limit: int, breaker: Breaker) -> None:
        self.shut = False  # nothing begins
        self._name = name
        self._breaker = breaker
        self._limit = limit
        self._turns: deque[Shift] = deque()
        self._all: set[Runner] = set()
        self._idle: list[asyncio.Future[None]] = []
        self._waking = False

    def offer(self, lane: Shift) -> None:
        """A lane has work."""
        if not lane.offered:
            lane.offered = True
            self._turns.append(lane)
        self.wake()

    def wake(self) -> None:
        """Let one more runner look for work, if none is about to."""
        if self._waking or self.shut:
            return
        while self._idle:
            if not (waiting := self._idle.pop()).done():
                waiting.set_result(None)
                self._waking = True
                return
        if len(self._all) < self._limit:
            runner = Runner()
            self._all.add(runner)
            self._waking = True
            runner.task = asyncio.create_task(self._run(runner), name=f"transport {self._name} handler")

    def abandon(self, runner: Runner) -> None:
        """Count a runner out whose handler ignores its cancellation."""
        self._all.discard(runner)

    async def close(self) -> None:
        """End the runners, which must be idle by now."""
        self.shut = True
        tasks = [runner.task for runner in self._all if runner.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, runner: Runner) -> None:
        try:
            while not runner.cancelled():
                self._waking = False
                await self._take_turns(runner)
                if runner.cancelled() or runner not in self._all:
                    return
                waiting = asyncio.get_running_loop().create_future()
                self._idle.append(waiting)
                await waiting
        finally:
            self._all.discard(runner)
            if self._turns:
                self.wake()

    async def _take_turns(self, runner: Runner) -> None:
        turns = self._turns
        while turns and not self.shut:
            lane = turns.popleft()
            if not lane.ready:
                lane.offered = False
                continue
            turns.append(lane)
            if self._breaker.open and not self._breaker.claim():
                return  # the breaker wakes us
            self.wake()
            try:
                more = await lane.work(runner)
            except Exception as error:
                lane.broken(error)
                continue
            if runner.cancelled() or runner not in self._all:
                return
            if lane.ready:
                self.offer(lane)
            if more:
                await asyncio.sleep(0)
