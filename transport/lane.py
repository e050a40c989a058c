"""One assigned partition: what waits, what is being handled, what has failed, and how far it has come."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from transport import backoff, beyond, clock
from transport.adapter import Delivery, Extent, Progress
from transport.breaker import Breaker
from transport.case import Case, Work, told
from transport.contract import ConsumerOptions, Handler, PartitionHealth, PipelineMessage, TopicPartition
from transport.errors import PermanentError
from transport.order import ORDERS
from transport.runners import Runner, Runners
from transport.sidings import Exit, Sidings
from transport.watermark import Watermark

log = logging.getLogger("transport")

SLICE: Final = 0.005  # seconds after which a handler that never waits lets the rest of the process run
BREATH: Final = 1000  # messages, likewise, for a clock that stands still meanwhile
SPAN: Final = 50_000  # messages that may be delivered beyond one that is not done with


@dataclass(frozen=True, slots=True)
class Crew:
    """What the lanes of a consumer share.

    Arguments:
        progressed: called when a lane has something to commit, where it had nothing.
        plenty: called when a lane has so much to commit that it should not wait.
        room: called when a full lane has room again.
    """

    handler: Handler
    options: ConsumerOptions
    runners: Runners
    breaker: Breaker
    sidings: Sidings
    progressed: Callable[["Lane"], None]
    plenty: Callable[["Lane"], None]
    room: Callable[["Lane"], None]


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
        self.fault = ""
        self.fresh = 0  # messages finished since the latest commit
        self._crew = crew
        self._loop = asyncio.get_running_loop()
        self._order = ORDERS[crew.options.ordering]()
        self._again: deque[Case] = deque()  # whose wait is over
        self._cases: set[Case] = set()
        self._later: deque[Case] = deque()  # out of a retry topic, not due yet
        self._due: asyncio.TimerHandle | None = None
        self._runners: set[Runner] = set()
        self._quiet = asyncio.Event()
        self._given_up = False
        self._defers = crew.sidings.waits.get(partition.topic)

    @property
    def ready(self) -> bool:
        return not self.closing and (bool(self._again) or self._order.ready)

    @property
    def buffered(self) -> int:
        return len(self._order) + len(self._later)

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
        if mark is None:
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

    def deliver(self, deliveries: Sequence[Delivery]) -> None:
        """Queue messages; those that were delivered or finished before are dropped."""
        if self.closing:
            return
        take, reached = self.watermark.deliver, self.watermark.reached
        new = [one.message for one in deliveries if take(one.mark)]
        if self.watermark.reached is not reached:
            self.fresh += 1
            self._moved()
        if self._defers is None:
            self._order.extend(new)
            self._crew.runners.offer(self)
        else:
            self._defer(new, self._defers)

    def close(self) -> None:
        """Begin no further handler. Those that run may finish: see `drained`."""
        self.closing = True
        self._order.clear()
        self._again.clear()
        self._later.clear()
        for case in self._cases:
            if case.timer is not None:
                case.timer.cancel()
        self._cases.clear()
        if self._due is not None:
            self._due.cancel()
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
        busy += [(case.since, case) for case in self._cases]
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
            retrying=len(self._cases) - sum(type(item) is Case for _, item in running),
            busy_for=now - since if since is not None else None,
            busy_with=f"{self.partition} at {item.offset} (key {_shown(item.key)})" if item else "",
            attempts=item.attempts if isinstance(item, Case) else 1 if item else 0,
            held=self.fault or next((case.held for case in self._cases if case.held), None),
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
                    except (Exception, asyncio.CancelledError) as failure:
                        self._raise_if_drained(failure, runner)
                        await self._settle(Case(item, item.offset, now, failure, attempts=1, tries=1))
                    else:
                        if self._given_up:  # by then the partition may be another member's
                            return False
                        breaker.successes += 1
                        order.release(item)
                        finish(item.offset)
                        self.fresh = fresh = self.fresh + 1
                        if fresh == 1 or fresh == every or self.paused or breaker.open:
                            self._moved()
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
        self._cases.add(case)
        if case.exit is not None:
            await self._leave(case, case.exit)
            return
        case.attempts += 1
        case.tries += 1
        try:
            await self._crew.handler(case.message)
        except (Exception, asyncio.CancelledError) as failure:
            self._raise_if_drained(failure, runner)
            case.failure = failure
            await self._settle(case)
        else:
            self._crew.breaker.successes += 1
            self._done(case)

    def _raise_if_drained(self, failure: BaseException, runner: Runner) -> None:
        """Cancelled by us is the end; a cancellation the handler let slip out of itself is a failure."""
        if isinstance(failure, asyncio.CancelledError) and runner.cancelled():
            raise failure

    async def _settle(self, case: Case) -> None:
        """Decide what becomes of a message that failed: another attempt, another topic, or a halt."""
        options, breaker, failure = self._crew.options, self._crew.breaker, case.failure
        self._cases.add(case)
        permanent = isinstance(failure, (PermanentError, *options.permanent_errors))
        if not permanent:
            breaker.failed(self.partition, case.offset, told(failure))
        over = permanent or case.tries >= options.max_attempts
        self._tell(case, over)
        if not over:
            self._wait(case, self._delay(case.tries))
        elif breaker.open and not permanent:
            case.tries = 0  # it was not the message's fault
            self._wait(case, self._delay(1))
        elif (exit_ := self._crew.sidings.exit(case.message.topic, case.stage, permanent)) is not None:
            await self._leave(case, exit_)
        else:
            case.held = (
                f"{self.partition} is held at {case.offset} after {case.attempts} attempts, "
                f"as there is no dead-letter topic: {told(failure)}"
            )
            self._wait(case, options.retry_max if permanent else self._delay(case.tries))

    async def _leave(self, case: Case, exit_: Exit) -> None:
        """Hand a message to a retry topic or the dead letters; until that is acknowledged, try again."""
        case.exit = exit_
        try:
            await self._crew.sidings.put(case.message, exit_, case.attempts, case.failure)
        except Exception as error:
            case.refusals += 1
            what = "no dead letter is taken" if exit_.wait is None else f"{exit_.topic} takes no message"
            case.held = f"{self.partition} is held at {case.offset}: {what}: {error}"
            log.error("%s", case.held)
            self._wait(case, self._delay(case.refusals))
        else:
            log.warning("%s: message %d went to %s", self.partition, case.offset, exit_.topic)
            self._done(case)

    def _done(self, case: Case) -> None:
        self._cases.discard(case)
        if not self._given_up:
            self._order.release(case)
            self.watermark.finish(case.offset)
            self.fresh += 1
            self._moved()

    def _moved(self) -> None:
        """A message is done with: tell who waits for that."""
        crew = self._crew
        if self.fresh == 1:
            crew.progressed(self)
        elif self.fresh == crew.options.commit_every:
            crew.plenty(self)
        if self.paused and self.has_room:
            crew.room(self)
        if crew.breaker.open:
            crew.breaker.close()

    # Messages that wait.

    def _delay(self, failures: int) -> float:
        options = self._crew.options
        return backoff.pause(failures, first=options.retry_first, longest=options.retry_max)

    def _wait(self, case: Case, seconds: float) -> None:
        if not self.closing:
            case.timer = self._loop.call_later(seconds, self._waited, case)

    def _waited(self, case: Case) -> None:
        self._again.append(case)
        self._crew.runners.offer(self)

    def _defer(self, messages: Sequence[PipelineMessage], longest: float) -> None:
        """Keep what came out of a retry topic until it is due; what is for other groups is passed over."""
        now, wall = self._loop.time(), clock.wall()
        for message in messages:
            parked = self._crew.sidings.read(message)
            if parked is None:
                self.watermark.finish(message.offset)
                self.fresh += 1
                self._moved()
            else:
                # No longer than the topic's wait, whatever clocks say.
                due = now + min(max(0.0, parked.due - wall), longest)
                self._later.append(
                    Case(parked.message, message.offset, due, attempts=parked.attempts, stage=parked.stage)
                )
        self._take_up()

    def _take_up(self) -> None:
        """Let begin what is due, in the order it came, and come back for the next."""
        now = self._loop.time()
        while self._later and self._later[0].since <= now:
            self._order.append(self._later.popleft())
        if self._due is not None:
            self._due.cancel()
        if self._later:
            self._due = self._loop.call_at(self._later[0].since, self._take_up)
        self._crew.runners.offer(self)

    def _tell(self, case: Case, over: bool) -> None:
        """Log a failure, with its traceback the first time. The message's content stays out of the log."""
        log.log(
            logging.ERROR if over else logging.WARNING,
            "%s: the handler failed at %d (attempt %d): %s",
            self.partition,
            case.offset,
            case.attempts,
            told(case.failure),
            exc_info=case.failure if case.attempts == 1 else None,
        )


def _shown(key: bytes | None) -> str:
    return "none" if key is None else repr(key[:60])[1:]
