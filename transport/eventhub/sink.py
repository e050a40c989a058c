"""Sends to Event Hubs; one connection for each event hub written to, opened when it is first needed."""

import asyncio

from azure.eventhub.aio import EventHubProducerClient

from transport.config import TransportConfig
from transport.contract import Headers
from transport.errors import SendError
from transport.eventhub.client import producer
from transport.eventhub.connections import Connections
from transport.eventhub.errors import translated
from transport.eventhub.events import event


class EventHubSink:
    """An Event Hubs producer.

    Arguments:
        first: topic whose event hub is reached for in open(), so that a wrong address or key shows at once.
    """

    def __init__(self, config: TransportConfig, first: str | None = None) -> None:
        self._config = config
        self._first = first
        self._connections = Connections()
        self._clients: dict[str, EventHubProducerClient] = {}

    async def open(self) -> None:
        if self._first is None:
            return
        with translated(f"connecting to send to {self._first}", self._config), self._connections.counted():
            try:
                await self._client(self._first).get_partition_ids()
            except BaseException:
                await self.close()
                raise

    async def send(self, topic: str, value: bytes | None, key: bytes | None, headers: Headers) -> None:
        sent, partition_key = event(value, key, headers)
        with translated(f"sending to {topic}", self._config, SendError), self._connections.counted():
            await self._client(topic).send_event(sent, partition_key=partition_key)

    async def close(self) -> None:
        clients, self._clients = self._clients, {}
        with translated("closing the producer", self._config, SendError):
            await asyncio.gather(*(client.close() for client in clients.values()))
            await self._connections.close()

    def _client(self, topic: str) -> EventHubProducerClient:
        hub = self._config.routes.event_hub(topic)
        if hub not in self._clients:
            self._clients[hub] = producer(
                self._config, hub, self._connections, retry_total=2, retry_backoff_factor=0.2
            )
        return self._clients[hub]
