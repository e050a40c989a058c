"""The consumer: every rule of the contract, once, over whichever adapter is connected."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Literal

from transport import backoff
from transport.adapter import Connect, Gauge, Progress, Source
from transport.breaker import Breaker
from transport.case import told
from transport.closing import Closing
from transport.commits import Commits
from transport.contract import (
    ConsumerOptions,
    Handler,
    Health,
    PartitionHealth,
    PipelineMessage,
    TopicPartition,
)
from transport.crew import Crew
from transport.errors import BrokerUnavailableError, CommitError, TransportError, UsageError, being_cancelled
from transport.lane import Lane
from transport.runners import Runners
from transport.sidings import Sidings
from transport.watchdog import Watchdog

log = logging.getLogger("transport")

CLOSE_TIMEOUT = 10.0  # seconds a connection may take to say good-bye
CANCELLED_INSIDE = "the client cancelled what it was asked for"
RECONNECT_FIRST, RECONNECT_LONGEST = 0.2, 30.0  # seconds between attempts to connect again


class Consumer:
    """Calls a handler for each message of its topics, at least once; made by `transport.create_consumer`."""

    def __init__(
        self,
        name: str,
        connect: Connect,
        handler: Handler,
        options: ConsumerOptions,
        *,
        gauge: Callable[[], Gauge],
        sidings: Sidings,
    ) -> None:
        self.name = name
        self._connect = connect
        self._options = options
        self._sidings = sidings
        self._lanes: dict[TopicPartition, Lane] = {}
        self._left: dict[TopicPartition, Lane] = {}  # as they were when the connection was lost
        self._commits = Commits(self._commit, interval=options.commit_interval)
        self._breaker = Breaker(options, self._wake)
        self._runners = Runners(name, options.max_in_flight, self._breaker)
        self._watchdog = Watchdog(name, gauge, self._lanes, self._position, options.stall_after)
        self._crew = Crew(
            handler=handler,
            options=options,
            runners=self._runners,
            breaker=self._breaker,
            sidings=sidings,
            progressed=self._commits.progressed,
            plenty=self._commits.plenty,
            room=self._resume,
        )
        self._source: Source | None = None
        self._leaving: Closing | None = None  # of the latest connection
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping: asyncio.Task[None] | None = None
        self._state: Literal["new", "starting", "running", "stopping", "stopped"] = "new"
        self._lost = ""

    def __repr__(self) -> str:
        return f"<Consumer {self.name} {self._state}>"

    async def start(self) -> None:
        """Connect, join the group and return once partitions are assigned; their messages follow at once.

        Errors: TransportError, and everything that was opened is closed again.
        """
        if self._state != "new":
            raise UsageError(
                f"{self.name}: start() was called on a consumer that is {self._state}; make a new one"
            )
        self._state = "starting"
        self._tasks = [asyncio.create_task(self._open(), name=f"transport {self.name} start")]
        try:
            await self._tasks[0]
        except asyncio.CancelledError:
            await self.stop()
            if being_cancelled():
                raise
        except BaseException:
            await self.stop()
            raise
        if self._stopping is not None:
            raise UsageError(f"{self.name}: stop() was called before start() was done")
        self._state = "running"
        self._tasks = [
            asyncio.create_task(self._supervise(), name=f"transport {self.name} intake"),
            asyncio.create_task(self._commits.run(), name=f"transport {self.name} commits"),
        ]

    async def stop(self) -> None:
        """Stop fetching, let running handlers finish up to `drain_timeout`, commit, leave the group.

        May be called at any time and more than once; it returns in bounded time and raises nothing.
        """
        if self._stopping is None:
            self._stopping = asyncio.create_task(self._stop(), name=f"transport {self.name} stop")
        await asyncio.shield(self._stopping)

    def health(self) -> Health:
        """How the consumer is doing, per partition. Costs nothing but memory: no broker is asked."""
        partitions = tuple(self._lanes[partition].health() for partition in sorted(self._lanes))
        running = self._state == "running"
        reasons = [] if running else [f"the consumer is {self._state}"]
        reasons += [one.held for one in partitions if one.held]
        reasons += [slow for one in partitions if (slow := self._slow(one))]
        trouble = self._source.trouble if self._source is not None else ""
        reasons += filter(
            None, (self._breaker.trouble, self._lost, trouble, self._watchdog.trouble, self._commits.trouble)
        )
        broken = any(lane.fault for lane in self._lanes.values()) or any(
            task.done() for task in self._tasks if running
        )
        return Health(
            state=self._state,
            live=self._state != "stopped" and not broken,
            ready=running and not self._lost,
            healthy=not reasons,
            reason="; ".join(reasons),
            partitions=partitions,
        )

    # What adapters tell (transport.adapter.Intake).

    def assigned(self, partitions: Mapping[TopicPartition, Progress | None]) -> None:
        if self._state not in {"starting", "running"}:
            return
        for partition, stored in partitions.items():
            if (old := self._lanes.get(partition)) is not None:
                if not old.closing:
                    continue
                # It comes back while it is being released: the old lane takes, and commits, nothing more.
                self._commits.forget([old])
            left = self._left.pop(partition, None)
            finished = left.finished_beyond(stored) if left is not None else None
            self._lanes[partition] = Lane(partition, self._crew, stored, finished)

    async def revoked(self, partitions: Iterable[TopicPartition]) -> None:
        lanes = [self._lanes[partition] for partition in partitions if partition in self._lanes]
        await self._finish(lanes)
        for lane in lanes:
            if self._lanes.get(lane.partition) is lane:
                del self._lanes[lane.partition]

    def deliver(
        self, partition: TopicPartition, messages: Sequence[PipelineMessage], cursors: Sequence[str] = ()
    ) -> bool:
        lane = self._lanes.get(partition)
        if lane is None:
            return False
        lane.deliver(messages, cursors)
        if lane.full and not lane.paused and self._source is not None:
            lane.paused = True
            self._source.pause(partition)
        return True

    # The rest is how it is done.

    def _wake(self) -> None:
        self._runners.wake()

    def _resume(self, lane: Lane) -> None:
        lane.paused = False
        if self._source is not None and self._state == "running":
            self._source.resume(lane.partition)

    def _slow(self, one: PartitionHealth) -> str:
        """Say of a handler that takes long that it does: the link is not to blame."""
        if one.busy_for is None or one.busy_for < self._options.slow_after or one.held:
            return ""
        return f"{one.busy_with} has been worked on for {one.busy_for:.0f} s ({one.attempts} attempts)"

    async def _commit(self, finished: Mapping[TopicPartition, Progress]) -> None:
        if self._source is None:
            raise CommitError("there is no connection")
        await self._source.commit(finished)

    async def _position(self, partition: TopicPartition) -> int | None:
        return await self._source.position(partition) if self._source is not None else None

    async def _open(self) -> None:
        """Connect and join, in bounded time."""
        source = self._connect(self)
        self._source = source
        try:
            async with asyncio.timeout(self._options.start_timeout):
                await source.open()
        except TimeoutError:
            raise BrokerUnavailableError(
                f"{self.name}: no partition was assigned within {self._options.start_timeout:g} s: "
                "is the broker reachable, do the topics exist, is another member of the group stuck?"
            ) from None
        except asyncio.CancelledError as error:
            if being_cancelled():
                raise
            raise BrokerUnavailableError(f"{self.name}: {CANCELLED_INSIDE}") from error

    async def _supervise(self) -> None:
        """Keep a connection: when it is beyond repair, give its partitions back and build another."""
        failures = 0
        while True:
            began = asyncio.get_running_loop().time()
            try:
                if self._lost:
                    await self._open()
                    log.info("%s: connected again", self.name)
                    self._lost = ""
                if self._source is not None:
                    await self._receive(self._source)
            except Exception as error:
                # A connection that lasted was a good one: the next one is tried for soon.
                lasted = asyncio.get_running_loop().time() - began > 2 * self._options.stall_after
                failures = 1 if lasted else failures + 1
                self._lost = f"the connection is lost: {error}"
                expected = isinstance(error, TransportError)
                log.error("%s: %s", self.name, self._lost, exc_info=None if expected else error)
            left = dict(self._lanes)
            await self.revoked(list(left))
            self._left = left
            await self._disconnect()
            await asyncio.sleep(
                backoff.pause(max(1, failures), first=RECONNECT_FIRST, longest=RECONNECT_LONGEST)
            )

    async def _receive(self, source: Source) -> None:
        """Receive until the connection fails, by its own account or by the watchdog's."""
        tasks = [
            asyncio.create_task(source.run(), name=f"transport {self.name} receive"),
            asyncio.create_task(self._watchdog.run(), name=f"transport {self.name} watchdog"),
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                if task.cancelled():  # not by us: that ends us before we come here
                    raise BrokerUnavailableError(f"{self.name}: {CANCELLED_INSIDE}")
                task.result()
        finally:
            await _ended(tasks)

    async def _finish(self, lanes: Sequence[Lane]) -> None:
        """Let running handlers finish and commit what they finished: after this the partitions may move."""
        for lane in lanes:
            lane.close()
        await asyncio.gather(*(lane.drained(self._options.drain_timeout) for lane in lanes))
        await self._commits.flush(lanes)
        self._commits.forget(lanes)

    async def _stop(self) -> None:
        started = self._state == "running"
        self._state = "stopping"
        if self._source is not None:
            for partition in self._lanes:
                self._source.pause(partition)
        if not started:
            await _ended(self._tasks)
        await self.revoked(list(self._lanes))
        await _ended(self._tasks)
        self._breaker.cancel()
        await self._runners.close()
        await self._disconnect()
        await _bounded(self._sidings.close(), f"{self.name}: closing the retry topics and dead letters")
        self._state = "stopped"

    async def _disconnect(self) -> None:
        source, self._source = self._source, None
        if source is not None:
            self._leaving = Closing(lambda: _bounded(source.close(), f"{self.name}: leaving the group"))
        if self._leaving is not None:  # stop() may come while a lost connection is being closed
            await self._leaving.done()


async def _ended(tasks: Iterable[asyncio.Task[None]]) -> None:
    running = list(tasks)
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)


async def _bounded(closing: Awaitable[None], what: str) -> None:
    try:
        async with asyncio.timeout(CLOSE_TIMEOUT):
            await closing
    except TimeoutError:
        log.warning("%s took more than %.0f s and was given up", what, CLOSE_TIMEOUT)
    except (Exception, asyncio.CancelledError) as error:
        if being_cancelled():
            raise
        log.warning(
            "%s failed: %s", what, told(error), exc_info=None if isinstance(error, TransportError) else error
        )
