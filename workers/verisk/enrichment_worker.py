"""Verisk enrichment: events in; a download task for each attachment, and what triggers plugins, out."""

import asyncio
from collections.abc import Awaitable, Iterator, Mapping
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
from workers.messages import reason
from workers.triggers import PluginEvent, Triggers
from workers.verisk.attachments import download_tasks
from workers.verisk.messages import DownloadTask, Event

DOMAIN = "verisk"
NAME = "enrichment_worker"
PENDING = "verisk.enrichment.pending"
DOWNLOADS = "verisk.downloads.pending"

log = structlog.get_logger(__name__)


class EnrichmentWorker:
    """Turns Verisk events into download tasks, one for each attachment.

    Transport layer contract: `handle` gets one message a call; all its work is awaited before it returns,
    with no background tasks; the message is committed only after it returned, and comes again if it raised.
    A malformed event raises PermanentError and goes to the dead letters. All that is written bears ids of the
    trace and the attachment, so a repeated event does no harm.
    """

    def __init__(self, config: TransportConfig, triggers: Triggers) -> None:
        self._config = config
        self._triggers = triggers
        self._open = AsyncExitStack()
        self._producer = create_producer(
            config=config, domain=DOMAIN, worker_name=NAME, topic_key="downloads_pending"
        )

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """The worker as the environment configures it."""
        return cls(TransportConfig.from_env(environ), Triggers.from_env(environ, DOMAIN))

    async def start(self) -> None:
        """Connect, and begin to consume."""
        self._open.push_async_callback(self._producer.stop)
        await self._producer.start()
        consumer = await create_consumer(
            config=self._config,
            domain=DOMAIN,
            worker_name=NAME,
            topics=[PENDING],
            message_handler=self.handle,
            topic_key="enrichment_pending",
            options=ConsumerOptions(ordering="key"),
        )
        self._open.push_async_callback(consumer.stop)
        await consumer.start()

    async def stop(self) -> None:
        """Let running handlers finish, commit, and disconnect, in the reverse order of starting."""
        await self._open.aclose()

    async def handle(self, message: PipelineMessage) -> None:
        """Pass on one event's attachments, and the event to the plugins it triggers."""
        with tracing.message(message.key):
            try:
                event = Event.parse(message.value)
                tasks = download_tasks(event)
            except ValidationError as error:
                raise PermanentError(f"not a Verisk event: {reason(error)}") from None
            with tracing.message(message.key, event.trace_id):
                await asyncio.gather(*self._sends(event, tasks))
                log.info("event enriched", event_type=event.type, downloads=len(tasks))

    def _sends(self, event: Event, tasks: tuple[DownloadTask, ...]) -> Iterator[Awaitable[None]]:
        for task in tasks:
            # Under its own id: the attachments of one event need not wait for each other further on.
            yield self._producer.send(DOWNLOADS, task.encode(), key=task.media_id.encode())
        about = _plugin_event(event)
        for topic in self._triggers.topics(about):
            yield self._producer.send(topic, about.encode(), key=about.assignment_id.encode())


def _plugin_event(event: Event) -> PluginEvent:
    return PluginEvent(
        event_id=event.event_id or event.trace_id,
        event_type=event.type,
        event_timestamp=event.utc_date_time,
        assignment_id=event.data.assignment_id,
    )
