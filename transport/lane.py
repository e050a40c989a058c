"""One assigned partition: what waits, what is being handled, what has failed, and how far it has come."""

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from typing import Final

from transport import beyond
from transport.adapter import Extent, Progress
from transport.case import Case, Work, told
from transport.contract import PartitionHealth, PipelineMessage, TopicPartition
from transport.crew import Crew
from transport.deferred import Deferred
from transport.failures import Failures
from transport.order import ORDERS
from transport.runners import Runner
from transport.watermark import Watermark

log = logging.getLogger("transport")

SLICE: Final = 0.005  # seconds after which a handler that never waits lets the rest of the process run
BREATH: Final = 1000  # messages, likewise, for a clock that stands still meanwhile
ENDS: Final = (KeyboardInterrupt, SystemExit, GeneratorExit)  # of the process, or of a task thrown away
SPAN: Final = 50_000  # messages that may be delivered beyond one that is not done with


class Lane:
    """Sees each message of a partition through until it is done with.

    It is done with when its handler returned, or when a retry topic or the dead letters acknowledged it.
    Until then what must follow it waits, and nothing is committed past it.

    Arguments:
        stored: the group's progress when the partition was assigned.
        finished: positions beyond it that are finished already; None for what `stored` tells of them.
    """

    def __init__(
        self,
        partition: TopicPartition,
        crew: Crew,
        stored: Progress | None = None,
        finished: Sequence[range] | None = None,
    ) -> None:
        self.partition = partition
        if finished is None:
            finished = beyond.read(stored.beyond, stored.mark.offset) if stored else []
        self.watermark = Watermark(stored.mark if stored else None, finished)
        self.committed = stored
        self.committed_at: float | None = None
        self.extent: Extent | None = None
        self.offered = False
        self.paused = False
        self.closing = False
        self.released = False  # the partition is somebody else's business now: nothing is committed for it
        self.fault = ""
        self.fresh = 0  # messages finished since the latest commit
        self._crew = crew
        self._loop = asyncio.get_running_loop()
        self._order = ORDERS[crew.options.ordering]()
        self._again: deque[Case] = deque()  # whose wait is over
        self._failures = Failures(partition, crew, again=self._retried, done=self._done)
        wait = crew.sidings.waits.get(partition.topic)
        self._deferred = Deferred(crew.sidings, wait, self._queued) if wait is not None else None
        self._runners: set[Runner] = set()
        self._quiet = asyncio.Event()
        self._given_up = False

    @property
    def ready(self) -> bool:
        return not self.closing and (bool(self._again) or self._order.ready)

    @property
    def buffered(self) -> int:
        return len(self._order) + (len(self._deferred) if self._deferred is not None else 0)

    @property
    def full(self) -> bool:
        return self.buffered >= self._crew.options.max_buffered or len(self.watermark) >= SPAN

    @property
    def has_room(self) -> bool:
        return self.buffered <= self._crew.options.max_buffered // 2 and len(self.watermark) <= SPAN // 2

    @property
    def progress(self) -> Progress | None:
        """What to commit next, None when there is nothing new."""
        mark = self.watermark.reached
        if mark is None or self.released:
            return None
        progress = Progress(mark, beyond.write(mark.offset, self.watermark.open, self.watermark.ahead))
        return progress if progress != self.committed else None

    @property
    def next(self) -> int:
        """The position from which on messages have yet to come."""
        last = self.watermark.last
        stored = self.watermark.stored
        return last + 1 if last is not None else stored.offset + 1 if stored is not None else 0

    def taken(self, progress: Progress) -> None:
        """A commit of ours was acknowledged."""
        self.committed, self.committed_at = progress, self._loop.time()

    def finished_beyond(self, stored: Progress | None) -> list[range] | None:
        """What was finished here, for a lane that takes this partition up again; None if that is not known.

        A position that was taken away or turned back means that messages are to come again.
        """
        if stored is None or (self.committed is not None and stored.mark.offset < self.committed.mark.offset):
            return None
        return self.watermark.finished()

    def deliver(self, messages: Sequence[PipelineMessage], cursors: Sequence[str] = ()) -> None:
        """Queue messages; those that were delivered or finished before are dropped."""
        if self.closing:
            return
        front = self.watermark.front
        new = self.watermark.deliver([message.offset for message in messages], cursors)
        if len(new) < len(messages):
            messages = [messages[index] for index in new]
        if self.watermark.front != front:
            self.fresh += 1
            self._moved()
        if self._deferred is None:
            self._queued(messages)
        else:
            for other in self._deferred.add(messages):
                self._finished(other.offset)

    def close(self) -> None:
        """Begin no further handler. Those that run may finish: see `drained`."""
        self.closing = True
        self._order.clear()
        self._again.clear()
        self._failures.close()
        if self._deferred is not None:
            self._deferred.close()
        if not self._runners:
            self._quiet.set()

    async def drained(self, patience: float) -> None:
        """Wait `patience` seconds for the running handlers, then cancel them: their messages come again."""
        self.close()
        if await self._quiet_within(patience):
            return
        log.warning("%s: a handler did not finish in %.1f s and is cancelled", self.partition, patience)
        for runner in self._runners:
            if runner.task is not None:
                runner.task.cancel()
        if await self._quiet_within(1.0):
            return
        self._given_up = True
        for runner in self._runners:
            self._crew.runners.abandon(runner)
        log.error("%s: a handler ignores its cancellation; its message comes again", self.partition)

    def broken(self, error: Exception) -> None:
        """A mistake of ours must show."""
        self.fault = f"{self.partition} has stopped by an error of the transport layer: {told(error)}"
        log.error("%s", self.fault, exc_info=error)
        self.close()

    def health(self) -> PartitionHealth:
        now = self._loop.time()
        running = [(runner.since, runner.item) for runner in self._runners if runner.item is not None]
        busy: list[tuple[float, Work]] = [(since, item) for since, item in running if type(item) is not Case]
        busy += [(case.since, case) for case in self._failures]
        since, item = min(busy, key=lambda one: one[0], default=(None, None))
        committed = self.committed.mark.offset + 1 if self.committed else None
        begin = max(committed or 0, self.extent.start) if self.extent else 0
        return PartitionHealth(
            topic=self.partition.topic,
            partition=self.partition.partition,
            committed=committed,
            committed_ago=now - self.committed_at if self.committed_at is not None else None,
            lag=max(0, self.extent.end - begin) if self.extent else None,
            buffered=self.buffered,
            in_flight=len(running),
            retrying=len(self._failures) - sum(type(item) is Case for _, item in running),
            busy_for=now - since if since is not None else None,
            busy_with=f"{self.partition} at {item.offset} (key {_shown(item.key)})" if item else "",
            attempts=item.attempts if isinstance(item, Case) else 1 if item else 0,
            held=self.fault or next((case.held for case in self._failures if case.held), None),
        )

    async def _quiet_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._quiet.wait()
        except TimeoutError:
            return False
        return True

    # What runners do.

    async def work(self, runner: Runner) -> bool:
        """Handle messages until none may begin, or others should have their turn: then True."""
        crew, order, again, finish = self._crew, self._order, self._again, self.watermark.finish
        handler, breaker, clock, every = (
            crew.handler,
            crew.breaker,
            self._loop.time,
            crew.options.commit_every,
        )
        until = clock() + SLICE
        self._runners.add(runner)
        try:
            for _ in range(BREATH):
                item = again.popleft() if again else order.take()
                if item is None:
                    return False
                runner.item, runner.since = item, (now := clock())
                if isinstance(item, Case):
                    await self._resume(item, runner)
                else:
                    try:
                        await handler(item)
                    except BaseException as failure:
                        self._raise_if_ending(failure, runner)
                        await self._settle(Case(item, item.offset, now, failure, attempts=1, tries=1))
                    else:
                        if self._given_up:  # by then the partition may be another member's
                            return False
                        breaker.successes += 1
                        order.release(item)
                        finish(item.offset)
                        self.fresh = fresh = self.fresh + 1
                        if fresh == 1 or fresh == every or self.paused:
                            self._moved()
                        if breaker.open:
                            breaker.close()
                if breaker.open or now > until:
                    return True
            return True
        finally:
            runner.item = None
            self._runners.discard(runner)
            if self.closing and not self._runners:
                self._quiet.set()

    async def _resume(self, case: Case, runner: Runner) -> None:
        """Go on with a message that has failed before."""
        self._failures.open(case)
        if case.exit is not None:
            await self._failures.leave(case, case.exit)
            return
        case.attempts += 1
        case.tries += 1
        try:
            await self._crew.handler(case.message)
        except BaseException as failure:
            self._raise_if_ending(failure, runner)
            case.failure = failure
            await self._settle(case)
        else:
            self._crew.breaker.successes += 1
            self._done(case)
            if self._crew.breaker.open:
                self._crew.breaker.close()

    def _raise_if_ending(self, failure: BaseException, runner: Runner) -> None:
        """Cancelled by us is the end, as is the process's; whatever else a handler lets out is a failure.

        So is a cancellation that slipped out of it, and a panic of a library in Rust, which is no Exception.
        """
        if isinstance(failure, ENDS) or (isinstance(failure, asyncio.CancelledError) and runner.cancelled()):
            raise failure

    async def _settle(self, case: Case) -> None:
        if not self._given_up:  # else its partition may be another member's, whose failure it will be
            await self._failures.settle(case)

    def _done(self, case: Case) -> None:
        self._failures.discard(case)
        if not self._given_up:
            self._order.release(case)
            self._finished(case.offset)

    def _finished(self, offset: int) -> None:
        self.watermark.finish(offset)
        self.fresh += 1
        self._moved()

    def _queued(self, items: Sequence[Work]) -> None:
        self._order.extend(items)
        self._crew.runners.offer(self)

    def _retried(self, case: Case) -> None:
        self._again.append(case)
        self._crew.runners.offer(self)

    def _moved(self) -> None:
        """A message is done with: tell who waits for that."""
        crew = self._crew
        if self.fresh == 1:
            crew.progressed(self)
        elif self.fresh == crew.options.commit_every:
            crew.plenty(self)
        if self.paused and self.has_room:
            crew.room(self)


def _shown(key: bytes | None) -> str:
    return "none" if key is None else repr(key[:60])[1:]
