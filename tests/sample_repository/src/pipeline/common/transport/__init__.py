"""The transport layer: Kafka or Azure Event Hubs, chosen by PIPELINE_TRANSPORT.

A consumer calls its handler once for each message, one after the other. A message's position is stored after the
handler has returned, and only then; if the handler raises, the message is handed to it again after a pause, and
nothing behind it in its partition is touched before. So every message is processed at least once.
"""

from pipeline.common.transport.config import TransportConfig, TransportConfigError
from pipeline.common.transport.message import Handler, PipelineMessage
from pipeline.common.transport.ports import Consumer, Producer

__all__ = [
    "Consumer",
    "Handler",
    "PipelineMessage",
    "Producer",
    "TransportConfig",
    "TransportConfigError",
    "create_consumer",
    "create_producer",
]


async def create_consumer(
    *,
    config: TransportConfig,
    domain: str,
    worker_name: str,
    topics: list[str],
    message_handler: Handler,
) -> Consumer:
    """A consumer in the group `{domain}-{worker_name}`, not started yet."""
    group = f"{domain}-{worker_name}".replace("_", "-")
    if config.transport == "kafka":
        from pipeline.common.transport.kafka import KafkaConsumer

        return KafkaConsumer(config, group, topics, message_handler)
    from pipeline.common.transport.eventhub import EventHubConsumer

    return EventHubConsumer(config, group, topics, message_handler)


def create_producer(*, config: TransportConfig) -> Producer:
    """A producer, not started yet; its `send` returns once the broker has the message."""
    if config.transport == "kafka":
        from pipeline.common.transport.kafka import KafkaProducer

        return KafkaProducer(config)
    from pipeline.common.transport.eventhub import EventHubProducer

    return EventHubProducer(config)
