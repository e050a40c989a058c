"""The transport layer: Kafka or Azure Event Hubs, picked by configuration; workers never know which.

The contract, kept by every consumer of `create_consumer`, whatever the transport:

1. `message_handler` is called for EACH message: `async def handle(record: PipelineMessage) -> None`.
   By default messages of a partition come in order, one at a time, and partitions are worked on side by side.
   With `ordering="key"` messages of the same key do, and those without a key wait for nobody; with
   `"unordered"` nothing waits. Never more than `max_in_flight` handlers run at a time.
2. A message is committed only AFTER its handler returned. Positions are committed explicitly, many at a
   time, and never past a message that is not done with. What is finished beyond such a message is stored
   beside the position, so that it is not repeated after a restart.
3. If the handler raises, the message is NOT committed and comes again in the same process, after a pause
   that grows. What must follow it (its partition, its key, or nothing, as `ordering` says) waits meanwhile.
4. A message that failed `max_attempts` times goes through the retry topics, if there are any: it leaves its
   partition, which goes on, and comes again, with its first topic, partition and offset, when its wait is
   over. Messages of its key that came later may be handled before it.
5. A message that stays bad (the handler raised PermanentError, or it failed after the last retry topic too)
   goes to the dead-letter topic, if there is one. Either way it is committed only after the broker has
   acknowledged that write. With no dead-letter topic it is held: what must follow it waits, health() says
   why, and the handler is called again every so often. It is never skipped.
6. When most messages fail, something they all need is down: then no message goes to a retry topic or the
   dead letters, one is tried now and again, and health() says why, until one succeeds.
7. All work completes inside the handler. Whoever starts a background task and returns tells the transport
   that the message is done with, and loses the work when the process dies. Handlers that write together
   share a GroupCommit: each returns when its own row is durable.
8. Delivery is at least once: after a crash, or when partitions move between processes, messages that were
   handled but not committed yet come again. After a lost connection what this process finished does not.
   Handlers must bear repetition.
9. stop() lets running handlers finish (up to `drain_timeout`), commits what they finished, and only then
   gives the partitions back. A handler that takes longer is cancelled and its message comes again.
10. A group that never committed begins with the oldest message, never with the latest.
11. A connection that is lost, or delivers nothing while the broker has messages, is built anew, without end;
    health() is unhealthy meanwhile.
12. `producer.send()` returns after the broker has acknowledged the message, and raises if it did not.

Names are those of the code and the configuration file everywhere: in `topics`, `message.topic`, health and
dead letters. A prefix of all names (PIPELINE_PREFIX) is put on at the broker only; no handler ever sees it.

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
    FlushError,
    PermanentError,
    SendError,
    TransportError,
    UnknownTopicError,
    UsageError,
)
from transport.factory import browse, create_consumer, create_producer, lag
from transport.group_commit import GroupCommit
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
    "FlushError",
    "GroupCommit",
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
