"""Verisk events, a row each in the Delta table xact_events."""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Self

import structlog
from pydantic import ValidationError

from transport import ConsumerOptions, PermanentError, PipelineMessage, TransportConfig, create_consumer
from workers import tracing
from workers.messages import reason
from workers.tables import Tables
from workers.verisk.messages import Event
from workers.verisk.rows import EventRow

DOMAIN = "verisk"
NAME = "delta_events_worker"
RAW = "verisk.events.raw"
TABLE = "xact_events"

log = structlog.get_logger(__name__)


class DeltaEventsWorker:
    """Writes each Verisk event to the Delta table xact_events.

    Transport layer contract: `handle` gets one message a call; all its work is awaited before it returns,
    with no background tasks; the message is committed only after it returned, and comes again if it raised.
    A malformed event raises PermanentError and goes to the dead letters. Rows are merged on the event's
    identity, so a repeated event does not double its row.
    """

    def __init__(self, config: TransportConfig, tables: Tables) -> None:
        self._config = config
        self._tables = tables
        self._open = AsyncExitStack()

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """The worker as the environment configures it."""
        return cls(TransportConfig.from_env(environ), Tables.from_env(environ))

    async def start(self) -> None:
        """Connect, and begin to consume."""
        consumer = await create_consumer(
            config=self._config,
            domain=DOMAIN,
            worker_name=NAME,
            topics=[RAW],
            message_handler=self.handle,
            topic_key="events_table",
            options=ConsumerOptions(ordering="key"),
        )
        self._open.push_async_callback(consumer.stop)
        await consumer.start()

    async def stop(self) -> None:
        """Let running handlers finish, commit, and disconnect."""
        await self._open.aclose()

    async def handle(self, message: PipelineMessage) -> None:
        """Write one event's row."""
        with tracing.message(message.key):
            try:
                event = Event.parse(message.value)
            except ValidationError as error:
                raise PermanentError(f"not a Verisk event: {reason(error)}") from None
            with tracing.message(message.key, event.trace_id):
                await self._tables.merge(TABLE, [EventRow.of(event)], key="event_key")
                log.info("event written", event_type=event.type)
