"""The transport layer: Kafka or Azure Event Hubs, picked by configuration; workers never know which.

The contract, kept by every consumer of `create_consumer`, whatever the transport:

1. `message_handler` is called for EACH message: `async def handle(record: PipelineMessage) -> None`.
   Messages of a partition come in order, one at a time; partitions are worked on side by side.
2. A message is committed only AFTER its handler returned. Positions are committed explicitly, many at a
   time, and never past a message that is not done with.
3. If the handler raises, the message is NOT committed and comes again in the same process, after a pause
   that grows. Nothing later in its partition is handled, and so nothing later is committed, before it is
   done with.
4. A message that stays bad (the handler raised PermanentError, or `max_attempts` times anything else) goes
   to the dead-letter topic, if there is one, and is committed only after the broker has acknowledged that
   write. With no dead-letter topic it is held: its partition waits, health() says why, and the handler is
   called again every so often. It is never skipped.
5. All work completes inside the handler. Whoever starts a background task and returns tells the transport
   that the message is done with, and loses the work when the process dies.
6. Delivery is at least once: after a crash, a lost connection, or when partitions move between processes,
   messages that were handled but not committed yet come again. Handlers must bear that.
7. stop() lets running handlers finish (up to `drain_timeout`), commits what they finished, and only then
   gives the partitions back. A handler that takes longer is cancelled and its message comes again.
8. A group that never committed begins with the oldest message, never with the latest.
9. `producer.send()` returns after the broker has acknowledged the message, and raises if it did not.

    consumer = await create_consumer(
        config=TransportConfig.from_env(), domain="claimx", worker_name="download_worker",
        topics=["claimx.downloads.pending"], message_handler=self.handle, topic_key="downloads_pending")
    await consumer.start()
    ...
    await consumer.stop()

Importing this package is cheap: aiokafka and azure-eventhub are imported when a client of theirs is made.
Settings, errors and what is not there yet: docs/transport.md.
"""

from transport.config import TransportConfig
from transport.contract import (
    EVENTHUB,
    KAFKA,
    ConsumerOptions,
    Handler,
    Health,
    PartitionHealth,
    PartitionLag,
    PipelineMessage,
)
from transport.engine import Consumer
from transport.errors import (
    AccessDeniedError,
    BrokerUnavailableError,
    CommitError,
    ConfigurationError,
    PermanentError,
    SendError,
    TransportError,
    UnknownTopicError,
    UsageError,
)
from transport.factory import browse, create_consumer, create_producer, lag
from transport.observing import Observer, observed
from transport.producer import Producer
from transport.routes import Route, Routes, group_name

__all__ = [
    "EVENTHUB",
    "KAFKA",
    "AccessDeniedError",
    "BrokerUnavailableError",
    "CommitError",
    "ConfigurationError",
    "Consumer",
    "ConsumerOptions",
    "Handler",
    "Health",
    "Observer",
    "PartitionHealth",
    "PartitionLag",
    "PermanentError",
    "PipelineMessage",
    "Producer",
    "Route",
    "Routes",
    "SendError",
    "TransportConfig",
    "TransportError",
    "UnknownTopicError",
    "UsageError",
    "browse",
    "create_consumer",
    "create_producer",
    "group_name",
    "lag",
    "observed",
]
