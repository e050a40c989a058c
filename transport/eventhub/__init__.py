"""Event Hubs by azure-eventhub, AMQP over WebSocket. Nothing outside this package imports that SDK."""

from transport.eventhub import naps, tags  # noqa: F401  what importing them does is all
from transport.eventhub.positions import EventHubGauge, browse, lag
from transport.eventhub.sink import EventHubSink
from transport.eventhub.source import EventHubSource

__all__ = ["EventHubGauge", "EventHubSink", "EventHubSource", "browse", "lag"]
