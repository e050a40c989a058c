"""ClaimX enrichment: events in; entity rows, download tasks and what triggers plugins out."""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Self

import structlog
from pydantic import ValidationError

from transport import (
    ConsumerOptions,
    PermanentError,
    PipelineMessage,
    TransportConfig,
    create_consumer,
    create_producer,
)
from workers import tracing
from workers.claimx.api import ClaimXApi
from workers.claimx.enrichment import enrich, plugin_events
from workers.claimx.messages import Event, EventType
from workers.errors import ApiRefusedError
from workers.messages import reason
from workers.triggers import Triggers

DOMAIN = "claimx"
NAME = "enrichment_worker"
PENDING = "claimx.enrichment.pending"
ENTITIES = "claimx.entities.rows"
DOWNLOADS = "claimx.downloads.pending"
API_CALLS = 10
"""Events in hand at a time: the API is the vendor's, and others ask it too."""

log = structlog.get_logger(__name__)


class EnrichmentWorker:
    """Asks the ClaimX API about each event, and passes on what it says.

    Transport layer contract: `handle` gets one message a call; all its work is awaited before it returns,
    with no background tasks; the message is committed only after it returned, and comes again if it raised.
    A malformed event, or one whose answer from the API is final, raises PermanentError and goes to the dead
    letters. All that is written bears the event's and the file's ids, so a repeated event does no harm.
    """

    def __init__(self, config: TransportConfig, api: ClaimXApi, triggers: Triggers) -> None:
        self._config = config
        self._api = api
        self._triggers = triggers
        self._open = AsyncExitStack()
        self._producer = create_producer(
            config=config, domain=DOMAIN, worker_name=NAME, topic_key="entities_rows"
        )

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """The worker as the environment configures it."""
        return cls(
            TransportConfig.from_env(environ),
            ClaimXApi.from_env(environ),
            Triggers.from_env(environ, DOMAIN, frozenset(EventType)),
        )

    async def start(self) -> None:
        """Connect, and begin to consume."""
        await self._open.enter_async_context(self._api)
        self._open.push_async_callback(self._producer.stop)
        await self._producer.start()
        consumer = await create_consumer(
            config=self._config,
            domain=DOMAIN,
            worker_name=NAME,
            topics=[PENDING],
            message_handler=self.handle,
            topic_key="enrichment_pending",
            options=ConsumerOptions(ordering="key", max_in_flight=API_CALLS),
        )
        self._open.push_async_callback(consumer.stop)
        await consumer.start()

    async def stop(self) -> None:
        """Let running handlers finish, commit, and disconnect, in the reverse order of starting."""
        await self._open.aclose()

    async def handle(self, message: PipelineMessage) -> None:
        """Enrich one event."""
        with tracing.message(message.key):
            try:
                event = Event.parse(message.value)
            except ValidationError as error:
                raise PermanentError(f"not a ClaimX event: {reason(error)}") from None
            with tracing.message(message.key, event.event_id):
                await self._enrich(event)

    async def _enrich(self, event: Event) -> None:
        try:
            rows, downloads = await enrich(event, self._api)
        except ApiRefusedError as error:
            raise PermanentError(str(error)) from error
        for task in downloads:
            await self._producer.send(DOWNLOADS, task.encode(), key=task.media_id.encode())
        await self._producer.send(ENTITIES, rows.encode(), key=event.event_id.encode())
        for about in plugin_events(event, rows):
            for topic in self._triggers.topics(about):
                await self._producer.send(topic, about.encode(), key=about.assignment_id.encode())
        log.info("event enriched", event_type=event.event_type, downloads=len(downloads))
