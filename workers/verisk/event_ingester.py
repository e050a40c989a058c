"""Verisk ingestion: raw events in, each valid one out once."""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Self

import structlog
from pydantic import ValidationError

from transport import PermanentError, PipelineMessage, TransportConfig, create_consumer, create_producer
from workers import tracing
from workers.messages import reason
from workers.seen import Seen
from workers.verisk.messages import Event

DOMAIN = "verisk"
NAME = "event_ingester"
RAW = "verisk.events.raw"
PENDING = "verisk.enrichment.pending"

log = structlog.get_logger(__name__)


class EventIngester:
    """Checks each Verisk event, and passes it on as it came, unless it was seen before.

    Transport layer contract: `handle` gets one message a call; all its work is awaited before it returns,
    with no background tasks; the message is committed only after it returned, and comes again if it raised.
    A malformed event raises PermanentError and goes to the dead letters. Repeats are dropped by the event's
    identity, as far back as this process remembers; what is repeated after a restart is passed on again, and
    does no harm there.
    """

    def __init__(self, config: TransportConfig) -> None:
        self._config = config
        self._seen = Seen()
        self._open = AsyncExitStack()
        self._producer = create_producer(
            config=config, domain=DOMAIN, worker_name=NAME, topic_key="enrichment_pending"
        )

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """The worker as the environment configures it."""
        return cls(TransportConfig.from_env(environ))

    async def start(self) -> None:
        """Connect, and begin to consume."""
        self._open.push_async_callback(self._producer.stop)
        await self._producer.start()
        consumer = await create_consumer(
            config=self._config,
            domain=DOMAIN,
            worker_name=NAME,
            topics=[RAW],
            message_handler=self.handle,
            topic_key="events_raw",
        )
        self._open.push_async_callback(consumer.stop)
        await consumer.start()

    async def stop(self) -> None:
        """Let running handlers finish, commit, and disconnect, in the reverse order of starting."""
        await self._open.aclose()

    async def handle(self, message: PipelineMessage) -> None:
        """Pass on one event, unless it was passed on before."""
        with tracing.message(message.key):
            try:
                event = Event.parse(message.value)
            except ValidationError as error:
                raise PermanentError(f"not a Verisk event: {reason(error)}") from None
            with tracing.message(message.key, event.trace_id):
                if event.identity in self._seen:
                    log.info("event seen before", event_type=event.type)
                    return
                # The bytes as they came: fields that only a later reader knows are not lost on the way.
                await self._producer.send(PENDING, message.value, key=event.trace_id.encode())
                self._seen.add(event.identity)
                log.info("event ingested", event_type=event.type)
