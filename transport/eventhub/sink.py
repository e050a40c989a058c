"""Sends to Event Hubs; connections for each event hub written to, opened when they are first needed."""

import asyncio

from transport.config import TransportConfig
from transport.contract import Headers
from transport.errors import SendError, TransportError
from transport.eventhub.batching import Lane
from transport.eventhub.client import Sender, producer
from transport.eventhub.connections import Connections
from transport.eventhub.errors import translated, translation
from transport.eventhub.events import event
from transport.partitioning import partition_of

OPEN_TIMEOUT = 30.0  # seconds to learn an event hub's partitions


class EventHubSink:
    """An Event Hubs producer.

    A key's partition is chosen here, by Kafka's rule: only so do messages of many keys travel in one batch.

    Arguments:
        first: topic whose event hub is reached for in open(), so that a wrong address or key shows at once.
    """

    def __init__(self, config: TransportConfig, first: str | None = None) -> None:
        self._config = config
        self._first = first
        self._connections = Connections()
        self._hubs: dict[str, _Hub] = {}

    async def open(self) -> None:
        if self._first is None:
            return
        try:
            with translated(f"connecting to send to {self._first}", self._config):
                await self._hub(self._first).lanes()
        except BaseException:
            await self.close()
            raise

    async def send(self, topic: str, value: bytes | None, key: bytes | None, headers: Headers) -> None:
        hub = self._hub(topic)
        with translated(f"sending to {topic}", self._config, SendError), self._connections.counted():
            lanes = await hub.lanes()
            lane = lanes[0] if key is None else lanes[1 + partition_of(key, len(lanes) - 1)]
            await lane.send(event(value, key, headers))

    async def close(self) -> None:
        hubs, self._hubs = self._hubs, {}
        with translated("closing the producer", self._config, SendError):
            await asyncio.gather(*(hub.close() for hub in hubs.values()))
            await self._connections.close()

    def _hub(self, topic: str) -> "_Hub":
        name = self._config.routes.event_hub(topic)
        if name not in self._hubs:
            self._hubs[name] = _Hub(self._config, topic, name, self._connections)
        return self._hubs[name]


class _Hub:
    """One event hub: a lane for messages without a key, then one for each partition."""

    def __init__(self, config: TransportConfig, topic: str, name: str, connections: Connections) -> None:
        self._config = config
        self._doing = f"sending to {topic}"
        self._connections = connections
        self._client: Sender = producer(config, name, connections, retry_total=2, retry_backoff_factor=0.2)
        self._lanes: tuple[Lane, ...] = ()
        self._one_at_a_time = asyncio.Lock()

    async def lanes(self) -> tuple[Lane, ...]:
        """The lanes; what partitions there are is asked the first time."""
        if not self._lanes:
            async with self._one_at_a_time:
                if not self._lanes:
                    with self._connections.counted():
                        async with asyncio.timeout(OPEN_TIMEOUT):
                            numbers = await self._client.partitions()
                    self._lanes = tuple(
                        Lane(self._client, number, self._doing, self._translate)
                        for number in (None, *numbers)
                    )
        return self._lanes

    async def close(self) -> None:
        await asyncio.gather(*(lane.close() for lane in self._lanes))
        await self._client.close()

    def _translate(self, error: BaseException) -> TransportError:
        return translation(self._doing, self._config, error, SendError)
