"""Receives from Event Hubs for a consumer group. The SDK's callbacks queue messages, and never raise."""

import asyncio
import logging
import time
from collections.abc import Mapping

from azure.eventhub import EventData
from azure.eventhub.aio import EventHubConsumerClient, PartitionContext

from transport.adapter import Intake, Progress
from transport.closing import Closing
from transport.config import TransportConfig
from transport.contract import ConsumerOptions, TopicPartition
from transport.errors import BrokerUnavailableError, ConfigurationError, TransportError
from transport.eventhub.client import consumer
from transport.eventhub.connections import Connections
from transport.eventhub.errors import is_stolen, translation
from transport.eventhub.events import message
from transport.eventhub.naps import ended
from transport.eventhub.ownership import SharedOwnership
from transport.eventhub.stores import store
from transport.routes import Route

log = logging.getLogger("transport")

EARLIEST = "-1"
PREFETCH = 1000
BATCH = 500


class EventHubSource:
    """A member of a consumer group on one event hub for each topic."""

    def __init__(
        self,
        config: TransportConfig,
        routes: tuple[Route, ...],
        intake: Intake,
        options: ConsumerOptions,
        reader: str,
    ) -> None:
        self._hubs = {route.topic: _Hub(config, route, intake, options, reader) for route in routes}
        self._closing = Closing(self._close)

    async def open(self) -> None:
        opening = [asyncio.create_task(hub.open()) for hub in self._hubs.values()]
        try:
            await asyncio.gather(*opening)
        except BaseException:
            for one in opening:  # else a hub that is slower would open after the others were closed
                one.cancel()
            await asyncio.gather(*opening, return_exceptions=True)
            await self.close()
            raise

    async def run(self) -> None:
        await asyncio.gather(*(hub.run() for hub in self._hubs.values()))

    async def position(self, partition: TopicPartition) -> int | None:  # noqa: ARG002
        return None  # every position is a message's

    @property
    def trouble(self) -> str:
        return "; ".join(hub.trouble for hub in self._hubs.values() if hub.trouble)

    def pause(self, partition: TopicPartition) -> None:
        self._hubs[partition.topic].gate(partition).clear()

    def resume(self, partition: TopicPartition) -> None:
        self._hubs[partition.topic].gate(partition).set()

    async def commit(self, finished: Mapping[TopicPartition, Progress]) -> None:
        for topic, hub in self._hubs.items():
            marks = {str(place.partition): one for place, one in finished.items() if place.topic == topic}
            if marks:
                await hub.store.advance(marks)

    async def close(self) -> None:
        await self._closing.done()

    async def _close(self) -> None:
        await asyncio.gather(*(hub.close() for hub in self._hubs.values()))


class _Hub:
    """The connection to one event hub.

    The SDK gets no retries of its own: on every fault it gives the partition back, which commits what is
    finished, and claims it again from the stored checkpoint at the next round of load balancing.
    """

    def __init__(
        self, config: TransportConfig, route: Route, intake: Intake, options: ConsumerOptions, reader: str
    ) -> None:
        self.store = store(config, route.event_hub, route.consumer_group)
        self._config = config
        self._route = route
        self._intake = intake
        self._round = options.session_timeout / 5
        self._session = options.session_timeout
        self._doing = f"{reader} reading event hub {route.event_hub} as {route.consumer_group}"
        self._reader = reader
        self._ownership = SharedOwnership(self.store, reader)
        self._client: EventHubConsumerClient | None = None
        self._connections = Connections()
        self._receiving: asyncio.Task[None] | None = None
        self._gates: dict[TopicPartition, asyncio.Event] = {}
        self._assigned: set[TopicPartition] = set()
        self._progress = asyncio.Event()
        self._failure: TransportError | None = None
        self._failed_at = 0.0

    def gate(self, partition: TopicPartition) -> asyncio.Event:
        """Shut while the partition is paused: a callback waiting at it keeps the SDK from receiving more."""
        if partition not in self._gates:
            self._gates[partition] = asyncio.Event()
            self._gates[partition].set()
        return self._gates[partition]

    @property
    def trouble(self) -> str:
        """The last failure, while it is recent."""
        recent = time.monotonic() - self._failed_at < 2 * self._round + 3
        return str(self._failure) if self._failure is not None and recent else ""

    async def open(self) -> None:
        await self._check_readers()
        self._client = consumer(
            self._config,
            self._route.event_hub,
            self._route.consumer_group,
            self._connections,
            checkpoint_store=self._ownership,
            load_balancing_interval=self._round,
            partition_ownership_expiration_interval=self._session,
            retry_total=0,
        )
        receiving = self._client.receive_batch(
            on_event_batch=self._received,
            on_error=self._failed,
            on_partition_initialize=self._initialized,
            on_partition_close=self._closed,
            starting_position=EARLIEST,
            max_batch_size=BATCH,
            prefetch=PREFETCH,
        )
        with self._connections.counted():
            self._receiving = asyncio.create_task(receiving, name=self._doing)
        while self._ownership.claimed is None or len(self._assigned) < self._ownership.claimed:
            if self._failure is not None:
                raise self._failure
            self._progress.clear()
            waiting = asyncio.create_task(self._progress.wait())
            await asyncio.wait([waiting, self._receiving], timeout=0.05, return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
            if self._receiving.done():
                await self._ended()

    async def run(self) -> None:
        lost: set[TopicPartition] = set()
        while self._receiving is not None and not self._receiving.done():
            await asyncio.wait([self._receiving], timeout=2 * self._round)
            # The SDK does not always say that a partition went to another member.
            owned = self._ownership.owned
            gone = {place for place in self._assigned if str(place.partition) not in owned}
            for place in gone & lost:
                await self._release(place)
            lost = gone
        await self._ended()

    async def close(self) -> None:
        receiving, self._receiving = self._receiving, None
        client, self._client = self._client, None
        if client is not None:
            if receiving is not None:
                await ended(receiving, client)
                await asyncio.gather(receiving, return_exceptions=True)
            await client.close()
            await self._connections.close()
        await self.store.close()

    async def _ended(self) -> None:
        """Say why the SDK no longer receives."""
        error = self._receiving.exception() if self._receiving is not None else None
        if error is not None:
            raise translation(self._doing, self._config, error) from error
        raise self._failure or BrokerUnavailableError(f"{self._doing}: the client stopped receiving")

    # What the SDK calls. An exception here would make it drop the partition and wait: none gets out.

    async def _initialized(self, context: PartitionContext) -> None:
        place = self._place(context)
        self.gate(place).set()
        self._intake.assigned({place: self._ownership.stored.get(context.partition_id)})
        self._assigned.add(place)
        self._progress.set()

    async def _received(self, context: PartitionContext, events: list[EventData]) -> None:
        place = self._place(context)
        messages = [message(place.topic, context.partition_id, event) for event in events]
        self._intake.deliver(place, messages, [event.offset or "" for event in events])
        await self.gate(place).wait()

    async def _closed(self, context: PartitionContext, _: object) -> None:
        """The SDK releases the ownership when this returns: everything finished is committed by then."""
        await self._release(self._place(context))

    async def _failed(self, context: PartitionContext | None, error: Exception) -> None:
        if context is not None and is_stolen(error):
            return
        self._failure = translation(self._doing, self._config, error)
        self._failed_at = time.monotonic()
        log.warning("%s", self._failure)
        self._progress.set()

    async def _release(self, place: TopicPartition) -> None:
        await self._intake.revoked([place])
        self._assigned.discard(place)
        self.gate(place).set()

    async def _check_readers(self) -> None:
        """Refuse to share a consumer group with another worker: each would miss what the other gets."""
        alive = time.time() - self._session
        for one in await self.store.owners():
            if one.owner and one.reader not in {"", self._reader} and one.modified > alive:
                raise ConfigurationError(
                    f"{self._doing}: {one.reader} reads it so already, and of "
                    "two workers in one consumer group each gets only a part of the messages: give one of "
                    "them a consumer_group of its own, by its domain and topic key in the configuration file"
                )

    def _place(self, context: PartitionContext) -> TopicPartition:
        return TopicPartition(self._route.topic, int(context.partition_id))
