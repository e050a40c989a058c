"""Takes finished positions to the broker: explicit ones, many at a time, never past the contiguous front."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping

from transport import backoff
from transport.adapter import Progress
from transport.contract import TopicPartition
from transport.errors import TransportError, being_cancelled
from transport.lane import Lane
from transport.sidings import words

log = logging.getLogger("transport")

PATIENCE = 10.0  # seconds one commit may take, and after which refusals are said to be unhealthy


class Commits:
    """Collects what lanes finished and commits it every `interval` seconds, or sooner where it is plenty.

    A refused commit is tried again: until it succeeds its messages would come again, none is lost.
    """

    def __init__(
        self,
        commit: Callable[[Mapping[TopicPartition, Progress]], Awaitable[None]],
        *,
        interval: float,
    ) -> None:
        self._commit = commit
        self._interval = interval
        self._waiting: set[Lane] = set()
        self._any = asyncio.Event()
        self._many = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()
        self._refused_since: float | None = None
        self._refusal = ""
        self._clock = asyncio.get_running_loop().time

    def progressed(self, lane: Lane) -> None:
        """Take note that a lane has something to commit."""
        self._waiting.add(lane)
        self._any.set()

    def plenty(self, lane: Lane) -> None:
        """Take note that a lane has so much to commit that it should not wait."""
        self.progressed(lane)
        self._many.set()

    def forget(self, lanes: Iterable[Lane]) -> None:
        """Leave these lanes' positions to whoever has their partitions now: theirs would turn them back."""
        for lane in lanes:
            lane.released = True
            self._waiting.discard(lane)

    @property
    def trouble(self) -> str:
        """Why positions have not been taken for a while, or nothing."""
        if self._refused_since is None:
            return ""
        since = self._clock() - self._refused_since
        return f"positions are not taken since {since:.0f} s: {self._refusal}" if since >= PATIENCE else ""

    async def run(self) -> None:
        """Commit until cancelled."""
        refusals = 0
        while True:
            await self._any.wait()
            await _at_most(self._interval, self._many.wait())
            refusals = 0 if await self.flush() else refusals + 1
            if refusals:
                await asyncio.sleep(backoff.pause(refusals, first=0.1, longest=5.0))

    async def flush(self, lanes: Iterable[Lane] | None = None) -> bool:
        """Commit what these lanes finished, or all that are waiting, now; False if it was refused."""
        async with self._one_at_a_time:
            # Who is waiting is asked only now: a lane may have been released while another commit went on.
            chosen = list(self._waiting if lanes is None else lanes)
            fresh = {lane: lane.fresh for lane in chosen}
            todo = {lane: progress for lane in chosen if (progress := lane.progress) is not None}
            self._many.clear()
            try:
                if todo:
                    async with asyncio.timeout(PATIENCE):
                        await self._commit({lane.partition: progress for lane, progress in todo.items()})
            except (Exception, asyncio.CancelledError) as error:
                if being_cancelled():
                    raise
                self._refused(error)
                return False
            self._refused_since = None
            for lane, progress in todo.items():
                lane.taken(progress)
            for lane in chosen:
                lane.fresh -= fresh[lane]
            self._waiting = {lane for lane in self._waiting if lane.fresh}
            if not self._waiting:
                self._any.clear()
            return True

    def _refused(self, error: BaseException) -> None:
        if self._refused_since is None:
            self._refused_since = self._clock()
        self._refusal = words(error) or (
            f"no answer in {PATIENCE:.0f} s" if isinstance(error, TimeoutError) else type(error).__name__
        )
        expected = isinstance(error, TransportError | TimeoutError)
        log.warning(
            "A commit was refused and will be tried again: %s",
            self._refusal,
            exc_info=None if expected else error,
        )


async def _at_most(seconds: float, waiting: Awaitable[object]) -> None:
    try:
        async with asyncio.timeout(seconds):
            await waiting
    except TimeoutError:
        pass
