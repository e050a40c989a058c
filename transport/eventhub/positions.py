"""Looks at Event Hubs from outside any group: how far a group is, and what an event hub holds."""

import asyncio
import time
from collections.abc import AsyncGenerator, Collection, Mapping
from typing import Any

from azure.eventhub import EventData
from azure.eventhub.aio import EventHubConsumerClient, PartitionContext
from azure.eventhub.exceptions import EventHubError

from transport.adapter import Extent
from transport.config import TransportConfig
from transport.contract import PartitionLag, PipelineMessage, TopicPartition
from transport.errors import AccessDeniedError, TransportError
from transport.eventhub.client import consumer
from transport.eventhub.connections import Connections
from transport.eventhub.errors import is_unknown, translated, translation
from transport.eventhub.events import message
from transport.eventhub.naps import ended
from transport.eventhub.stores import store
from transport.routes import DEFAULT_CONSUMER_GROUP


async def lag(config: TransportConfig, topic: str, group: str) -> tuple[PartitionLag, ...]:
    """See transport.lag."""
    hub = config.routes.event_hub(topic)
    positions = store(config, hub, group)
    try:
        committed = await positions.checkpoints()
    finally:
        await positions.close()
    connections = Connections()
    client = consumer(config, hub, DEFAULT_CONSUMER_GROUP, connections, retry_total=0)
    with translated(f"asking how far {group} is in event hub {hub}", config), connections.counted():
        try:
            found = await _partitions(client)
        except EventHubError as error:
            if is_unknown(error):
                return ()
            raise
        finally:
            await client.close()
            await connections.close()
    return tuple(
        PartitionLag(
            topic,
            int(one["id"]),
            committed[one["id"]].mark.offset + 1 if one["id"] in committed else None,
            one["last_enqueued_sequence_number"] + 1,
            one["beginning_sequence_number"],
        )
        for one in found
    )


async def _partitions(client: EventHubConsumerClient) -> list[dict[str, Any]]:
    numbers = sorted(await client.get_partition_ids(), key=int)
    return list(await asyncio.gather(*(client.get_partition_properties(number) for number in numbers)))


class EventHubGauge:
    """Asks how far partitions are written: a client of its own for each event hub."""

    def __init__(self, config: TransportConfig) -> None:
        self._config = config
        self._clients: dict[str, EventHubConsumerClient] = {}
        self._connections = Connections()

    async def extents(self, partitions: Collection[TopicPartition]) -> Mapping[TopicPartition, Extent]:
        doing = "asking how far partitions are written"
        places = list(partitions)
        try:
            with translated(doing, self._config), self._connections.counted():
                found = await asyncio.gather(*(self._properties(place) for place in places))
        except TransportError:
            await self.close()
            raise
        return {
            place: Extent(one["beginning_sequence_number"], one["last_enqueued_sequence_number"] + 1)
            for place, one in zip(places, found, strict=True)
        }

    async def _properties(self, place: TopicPartition) -> dict[str, Any]:
        hub = self._config.routes.event_hub(place.topic)
        if hub not in self._clients:
            self._clients[hub] = consumer(
                self._config, hub, DEFAULT_CONSUMER_GROUP, self._connections, retry_total=0
            )
        return dict(await self._clients[hub].get_partition_properties(str(place.partition)))

    async def close(self) -> None:
        clients, self._clients = self._clients, {}
        with translated("closing what asks for positions", self._config):
            await asyncio.gather(*(client.close() for client in clients.values()))
        await self._connections.close()


async def browse(config: TransportConfig, topic: str, until: float) -> AsyncGenerator[PipelineMessage, None]:
    """See transport.browse."""
    hub = config.routes.event_hub(topic)
    doing = f"reading event hub {hub}"
    found: asyncio.Queue[PipelineMessage | TransportError] = asyncio.Queue()
    seen: dict[str, int] = {}

    async def received(context: PartitionContext, events: list[EventData]) -> None:
        for event in events:
            # After a lost connection the SDK begins again from the start.
            place = event.sequence_number or 0
            if place > seen.get(context.partition_id, -1):
                seen[context.partition_id] = place
                found.put_nowait(message(topic, context.partition_id, event))

    async def failed(_: PartitionContext | None, error: Exception) -> None:
        ours = translation(doing, config, error)
        if isinstance(ours, AccessDeniedError):
            found.put_nowait(ours)

    connections = Connections()
    client = consumer(
        config, hub, DEFAULT_CONSUMER_GROUP, connections, retry_total=0, load_balancing_interval=0.5
    )
    with connections.counted():
        receiving = asyncio.create_task(
            client.receive_batch(on_event_batch=received, on_error=failed, starting_position="-1"), name=doing
        )
    try:
        while True:
            try:
                async with asyncio.timeout(max(0, until - time.monotonic())):
                    one = await found.get()
            except TimeoutError:
                return
            if isinstance(one, TransportError):
                raise one
            yield one
    finally:
        await ended(receiving, client)
        await asyncio.gather(receiving, return_exceptions=True)
        await client.close()
        await connections.close()
