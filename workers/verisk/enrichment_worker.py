"""Verisk enrichment: events in; a download task for each attachment, and what triggers plugins, out."""

from collections.abc import Mapping
from typing import Self

import structlog
from pydantic import ValidationError

from transport import (
    Consumer,
    PipelineMessage,
    Producer,
    TransportConfig,
    create_consumer,
    create_producer,
)
from workers import tracing
from workers.messages import Message, reason
from workers.triggers import PluginEvent, Triggers
from workers.verisk.attachments import download_tasks
from workers.verisk.messages import Event

log = structlog.get_logger(__name__)


class EnrichmentWorker:
    """Turns Verisk events into download tasks, one for each attachment.

    Transport layer contract: `handle` gets one message a call; all its work is awaited before it
    returns, with no background tasks; the message is committed only after it returned, and comes again
    if it raised.
    """

    def __init__(self, config: Mapping[str, str]) -> None:
        self.triggers = Triggers.from_env(config, "verisk")
        self.input_topic = config.get("VERISK_ENRICHMENT_TOPIC", "verisk.enrichment.pending")
        self.output_topic = config.get("VERISK_DOWNLOADS_TOPIC", "verisk.downloads.pending")
        self.transport_config = TransportConfig.from_env(config)
        self.consumer: Consumer | None = None
        self.producer: Producer | None = None

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        return cls(environ)

    async def start(self) -> None:
        self.producer = create_producer(
            config=self.transport_config,
            domain="verisk",
            worker_name="enrichment_worker",
        )
        await self.producer.start()
        self.consumer = await create_consumer(
            config=self.transport_config,
            domain="verisk",
            worker_name="enrichment_worker",
            topics=[self.input_topic],
            message_handler=self.handle,
            topic_key="enrichment_pending",
        )
        await self.consumer.start()

    async def handle(self, record: PipelineMessage) -> None:
        messages = self._handle_record(record)
        if messages:
            await self._send_all(record.key, messages)

    def _handle_record(self, record: PipelineMessage) -> list[tuple[str, Message]]:
        with tracing.message(record.key):
            try:
                event = Event.parse(record.value)
                tasks = download_tasks(event)
            except ValidationError as error:
                log.error("bad event, skipping", reason=reason(error), offset=record.offset)
                return []
            with tracing.message(record.key, event.trace_id):
                log.info("event enriched", event_type=event.type, downloads=len(tasks))
            about = _plugin_event(event)
            triggered = [(topic, about) for topic in self.triggers.topics(about)]
            return [*((self.output_topic, task) for task in tasks), *triggered]

    async def _send_all(self, key: bytes | None, messages: list[tuple[str, Message]]) -> None:
        assert self.producer is not None
        for topic, message in messages:
            await self.producer.send(topic, message.encode(), key=key)

    async def stop(self) -> None:
        if self.consumer is not None:
            await self.consumer.stop()
        if self.producer is not None:
            await self.producer.stop()


def _plugin_event(event: Event) -> PluginEvent:
    return PluginEvent(
        event_id=event.event_id or event.trace_id,
        event_type=event.type,
        event_timestamp=event.utc_date_time,
        assignment_id=event.data.assignment_id,
    )
