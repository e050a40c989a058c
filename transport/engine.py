"""The consumer: every rule of the contract, once, over whichever adapter is connected."""

import asyncio
import logging
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from typing import Literal

from transport import backoff
from transport.adapter import Connect, Delivery, Progress, Source
from transport.commits import Commits
from transport.contract import ConsumerOptions, Handler, Health, TopicPartition
from transport.dead_letters import DeadLetters
from transport.errors import BrokerUnavailableError, CommitError, TransportError, UsageError
from transport.lane import Bury, Lane
from transport.watermark import Mark

log = logging.getLogger("transport")

CLOSE_TIMEOUT = 10.0  # seconds a connection may take to say good-bye


class Consumer:
    """Calls a handler for each message of its topics, at least once; made by `transport.create_consumer`."""

    def __init__(
        self,
        name: str,
        connect: Connect,
        handler: Handler,
        options: ConsumerOptions,
        dead_letters: DeadLetters | None = None,
    ) -> None:
        self.name = name
        self._connect = connect
        self._handler = handler
        self._options = options
        self._dead_letters = dead_letters
        self._lanes: dict[TopicPartition, Lane] = {}
        self._commits = Commits(self._commit, interval=options.commit_interval, every=options.commit_every)
        self._source: Source | None = None
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
            if _being_cancelled():
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
        reasons = [one.held for one in partitions if one.held]
        trouble = self._source.trouble if self._source is not None else ""
        reasons += [reason for reason in (self._lost, trouble, self._commits.trouble) if reason]
        if self._state != "running":
            reasons.insert(0, f"the consumer is {self._state}")
        running = self._state == "running"
        return Health(
            state=self._state,
            ready=running and not self._lost,
            healthy=not reasons,
            reason="; ".join(reasons),
            partitions=partitions,
        )

    # What adapters tell (transport.adapter.Intake).

    def assigned(self, partitions: Mapping[TopicPartition, Progress | None]) -> None:
        if self._state not in {"starting", "running"}:
            return
        for partition in partitions:
            # One that is still being released may come back to us: its old lane takes nothing more.
            if partition not in self._lanes or self._lanes[partition].closing:
                self._lanes[partition] = Lane(
                    partition,
                    self._handler,
                    self._options,
                    bury=self._bury(partition.topic),
                    progressed=self._commits.progressed,
                    room=self._resume,
                )

    async def revoked(self, partitions: Iterable[TopicPartition]) -> None:
        lanes = [self._lanes[partition] for partition in partitions if partition in self._lanes]
        await self._finish(lanes)
        for lane in lanes:
            if self._lanes.get(lane.partition) is lane:
                del self._lanes[lane.partition]

    def deliver(self, partition: TopicPartition, deliveries: Sequence[Delivery]) -> bool:
        lane = self._lanes.get(partition)
        if lane is None:
            return False
        lane.deliver(deliveries)
        if lane.full and not lane.paused and self._source is not None:
            lane.paused = True
            self._source.pause(partition)
        return True

    # The rest is how it is done.

    def _bury(self, topic: str) -> Bury | None:
        if self._dead_letters is None or topic not in self._dead_letters.topics:
            return None
        return self._dead_letters.bury

    def _resume(self, lane: Lane) -> None:
        lane.paused = False
        if self._source is not None and self._state == "running":
            self._source.resume(lane.partition)

    async def _commit(self, finished: Mapping[TopicPartition, Mark]) -> None:
        if self._source is None:
            raise CommitError("there is no connection")
        await self._source.commit({place: Progress(mark) for place, mark in finished.items()})

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

    async def _supervise(self) -> None:
        """Keep a connection: when it is beyond repair, give its partitions back and build another."""
        failures = 0
        while True:
            try:
                if self._lost:
                    await self._open()
                    log.info("%s: connected again", self.name)
                    self._lost, failures = "", 0
                if self._source is not None:
                    await self._source.run()
            except Exception as error:
                failures += 1
                self._lost = f"the connection is lost: {error}"
                expected = isinstance(error, TransportError)
                log.error("%s: %s", self.name, self._lost, exc_info=None if expected else error)
            await self.revoked(list(self._lanes))
            await self._disconnect()
            await asyncio.sleep(backoff.pause(max(1, failures), first=0.2, longest=30.0))

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
        await self._disconnect()
        if self._dead_letters is not None:
            await _bounded(self._dead_letters.close(), "closing the dead letters")
        self._state = "stopped"

    async def _disconnect(self) -> None:
        source, self._source = self._source, None
        if source is not None:
            await _bounded(source.close(), f"{self.name}: leaving the group")


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
    except Exception as error:
        log.warning(
            "%s failed: %s", what, error, exc_info=None if isinstance(error, TransportError) else error
        )


def _being_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and bool(task.cancelling())
