"""Makes the SDK's clients: how each of them connects and signs in."""

from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

from azure.eventhub import TransportType
from azure.eventhub.aio import EventHubConsumerClient, EventHubProducerClient

from transport.config import TransportConfig
from transport.eventhub.connections import Connections
from transport.eventhub.credential import Credential

Some = TypeVar("Some", EventHubConsumerClient, EventHubProducerClient)


def consumer(
    config: TransportConfig, event_hub: str, group: str, connections: Connections, **more: Any
) -> EventHubConsumerClient:
    """A client that receives, not connected yet; what it signs in with is closed with `connections`."""
    return _made(EventHubConsumerClient, config, event_hub, connections, consumer_group=group, **more)


def producer(
    config: TransportConfig, event_hub: str, connections: Connections, **more: Any
) -> EventHubProducerClient:
    """A client that sends, not connected yet; what it signs in with is closed with `connections`."""
    return _made(EventHubProducerClient, config, event_hub, connections, **more)


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
    made: Some = kind.from_connection_string(config.connection_string, **settings)
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
