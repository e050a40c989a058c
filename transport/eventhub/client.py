"""Makes the SDK's clients: how each of them connects and signs in."""

from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

from azure.eventhub import EventDataBatch, TransportType
from azure.eventhub._constants import ALL_PARTITIONS
from azure.eventhub.aio import EventHubConsumerClient, EventHubProducerClient

from transport.config import TransportConfig
from transport.eventhub.connections import Connections
from transport.eventhub.credential import Credential


class Sender(EventHubProducerClient):
    """The SDK's producer, without a link that it opens only to ask how much a message may hold, and without
    asking for the partitions again before it sends."""

    async def partitions(self) -> list[str]:
        """Their ids, in the order of their numbers."""
        await self._get_partitions()
        known: Any = self._partition_ids
        return sorted(known, key=int)

    async def create_batch(self, *, partition_id: str | None = None, **more: Any) -> EventDataBatch:
        """See the SDK; the size is that of the link that the batch goes over."""
        if not self._max_message_size_on_link:
            lane = partition_id or ALL_PARTITIONS
            await self._start_producer(lane, None)
            link: Any = self._producers[lane]
            await link._open_with_retry()
            self._max_message_size_on_link = link._max_message_size_on_link
        return await super().create_batch(partition_id=partition_id, **more)


Some = TypeVar("Some", EventHubConsumerClient, Sender)


def consumer(
    config: TransportConfig, event_hub: str, group: str, connections: Connections, **more: Any
) -> EventHubConsumerClient:
    """A client that receives, not connected yet; what it signs in with is closed with `connections`."""
    return _made(EventHubConsumerClient, config, event_hub, connections, consumer_group=group, **more)


def producer(config: TransportConfig, event_hub: str, connections: Connections, **more: Any) -> Sender:
    """A client that sends, not connected yet; what it signs in with is closed with `connections`."""
    return _made(Sender, config, event_hub, connections, **more)


def _made(
    kind: type[Some], config: TransportConfig, event_hub: str, connections: Connections, **more: Any
) -> Some:
    settings = {"eventhub_name": event_hub, **_way(config), **more}
    if config.namespace:
        return kind(
            fully_qualified_namespace=config.namespace,
            credential=connections.closing(Credential()),
            **settings,
        )
    made: Any = kind.from_connection_string(config.connection_string, **settings)
    assert isinstance(made, kind)
    return made


def _way(config: TransportConfig) -> dict[str, Any]:
    """AMQP over WebSocket on purpose: behind Private Link nothing but port 443 is open."""
    found: dict[str, Any] = {"transport_type": TransportType.AmqpOverWebsocket}
    if config.custom_endpoint:
        found["custom_endpoint_address"] = config.custom_endpoint.rstrip("/")
    if config.ca_file:
        found["connection_verify"] = config.ca_file
    if config.proxy:
        proxy = urlsplit(config.proxy)
        found["http_proxy"] = {
            "proxy_hostname": f"http://{proxy.hostname}",  # the SDK makes a URL of it and the port
            "proxy_port": proxy.port,
            "username": unquote(proxy.username or ""),  # not in the URL: that gets into errors and logs
            "password": unquote(proxy.password or ""),
        }
    return found
