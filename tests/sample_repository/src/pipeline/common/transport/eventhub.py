"""Azure Event Hubs, by AMQP over WebSocket. A topic's event hub has its name, a group its consumer group."""

import asyncio
import logging
from typing import Any

from azure.eventhub import EventData, TransportType
from azure.eventhub.aio import EventHubConsumerClient, EventHubProducerClient, PartitionContext

from pipeline.common.transport.checkpoints import Checkpoints
from pipeline.common.transport.config import TransportConfig
from pipeline.common.transport.message import Handler, PipelineMessage

logger = logging.getLogger(__name__)

PAUSE_AFTER_FAILURE = 1.0
OWNER_LEVEL = 0


def _connection(config: TransportConfig, event_hub: str) -> dict[str, Any]:
    connection: dict[str, Any] = {
        "conn_str": config.connection_string,
        "eventhub_name": event_hub,
        "transport_type": TransportType.AmqpOverWebsocket,
    }
    if config.custom_endpoint:
        connection["custom_endpoint_address"] = config.custom_endpoint
    if config.ca_file:
        connection["connection_verify"] = config.ca_file
    return connection


class EventHubConsumer:
    """Reads every partition of its event hubs; the newest process of a group takes over from the one before."""

    def __init__(self, config: TransportConfig, group: str, topics: list[str], handler: Handler) -> None:
        assert config.checkpoints is not None
        self._handler = handler
        self._clients = {
            topic: EventHubConsumerClient.from_connection_string(consumer_group=group, **_connection(config, topic))
            for topic in topics
        }
        self._checkpoints = {topic: Checkpoints(config.checkpoints, topic, group) for topic in topics}
        self._reading: list[asyncio.Task[None]] = []
        self._handling = asyncio.Lock()
        self._stopping = asyncio.Event()

    async def start(self) -> None:
        for topic, client in self._clients.items():
            for partition in await client.get_partition_ids():
                self._reading.append(asyncio.create_task(self._read(topic, partition)))

    async def stop(self) -> None:
        self._stopping.set()
        async with self._handling:
            for task in self._reading:
                task.cancel()
        await asyncio.gather(*self._reading, return_exceptions=True)
        for client in self._clients.values():
            await client.close()

    async def _read(self, topic: str, partition: str) -> None:
        last = self._checkpoints[topic].load(partition)

        async def on_event(_context: PartitionContext, event: EventData | None) -> None:
            if event is not None:
                async with self._handling:
                    await self._handle(topic, partition, event)

        async def on_error(_context: PartitionContext | None, error: Exception) -> None:
            logger.error("%s[%s]: %s", topic, partition, error)

        await self._clients[topic].receive(
            on_event=on_event,
            on_error=on_error,
            partition_id=partition,
            owner_level=OWNER_LEVEL,
            starting_position="-1" if last is None else last,
        )

    async def _handle(self, topic: str, partition: str, event: EventData) -> None:
        sequence_number, offset = event.sequence_number, event.offset
        assert sequence_number is not None
        assert offset is not None
        message = PipelineMessage(topic, int(partition), sequence_number, event.partition_key, b"".join(event.body))
        while not self._stopping.is_set():
            try:
                await self._handler(message)
            except Exception:
                logger.exception("%s[%s] at %d failed, trying again", topic, partition, sequence_number)
                await self._pause()
            else:
                self._checkpoints[topic].store(partition, sequence_number, offset)
                return

    async def _pause(self) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), PAUSE_AFTER_FAILURE)
        except TimeoutError:
            pass


class EventHubProducer:
    """Opens a client for each event hub it writes to."""

    def __init__(self, config: TransportConfig) -> None:
        self._config = config
        self._clients: dict[str, EventHubProducerClient] = {}

    async def start(self) -> None:
        """Clients connect when they are first used."""

    async def send(self, topic: str, value: bytes, key: bytes | None = None) -> None:
        if topic not in self._clients:
            self._clients[topic] = EventHubProducerClient.from_connection_string(**_connection(self._config, topic))
        await self._clients[topic].send_event(EventData(value), partition_key=key.decode() if key else None)

    async def stop(self) -> None:
        for client in self._clients.values():
            await client.close()
