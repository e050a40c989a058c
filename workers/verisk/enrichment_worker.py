"""Verisk enrichment: events in; a download task for each attachment, and what triggers plugins, out.

This is the state before the migration: it builds its own Kafka clients, whatever PIPELINE_TRANSPORT says,
sends in background tasks that nobody waits for, and leaves the commits to a timer. An event it cannot read is
logged and gone.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Self

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.structs import ConsumerRecord
from pydantic import ValidationError

from workers import tracing
from workers.messages import Message, reason
from workers.triggers import PluginEvent, Triggers
from workers.verisk.attachments import download_tasks
from workers.verisk.messages import Event

log = structlog.get_logger(__name__)


class EnrichmentWorker:
    """Turns Verisk events into download tasks, one for each attachment."""

    def __init__(self, config: Mapping[str, str]) -> None:
        self.triggers = Triggers.from_env(config, "verisk")
        self.input_topic = config.get("VERISK_ENRICHMENT_TOPIC", "verisk.enrichment.pending")
        self.output_topic = config.get("VERISK_DOWNLOADS_TOPIC", "verisk.downloads.pending")
        self.consumer_config: dict[str, Any] = {
            "bootstrap_servers": config.get("KAFKA_BOOTSTRAP_SERVERS", "localhost:9092"),
            "group_id": "verisk-enrichment-worker",
            "auto_offset_reset": "earliest",
            "enable_auto_commit": True,
            "auto_commit_interval_ms": 1000,
            "max_poll_records": int(config.get("MAX_POLL_RECORDS", "100")),
            "session_timeout_ms": 30_000,
        }
        self.consumer: AIOKafkaConsumer | None = None
        self.producer: AIOKafkaProducer | None = None
        self.pending_tasks: list[asyncio.Task[None]] = []

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        return cls(environ)

    async def start(self) -> None:
        self.producer = AIOKafkaProducer(
            bootstrap_servers=self.consumer_config["bootstrap_servers"], enable_idempotence=True
        )
        await self.producer.start()
        await self._create_consumer()

    async def _create_consumer(self) -> None:
        self.consumer = AIOKafkaConsumer(self.input_topic, **self.consumer_config)
        await self.consumer.start()

    async def run(self) -> None:
        await self._consume_loop()

    async def _consume_loop(self) -> None:
        assert self.consumer is not None
        async for record in self.consumer:
            messages = self._handle_record(record)
            if messages:
                self.pending_tasks.append(asyncio.create_task(self._send_all(record.key, messages)))
            self.pending_tasks = [task for task in self.pending_tasks if not task.done()]

    def _handle_record(self, record: ConsumerRecord) -> list[tuple[str, Message]]:
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
        await asyncio.gather(*self.pending_tasks, return_exceptions=True)
        if self.producer is not None:
            await self.producer.stop()


def _plugin_event(event: Event) -> PluginEvent:
    return PluginEvent(
        event_id=event.event_id or event.trace_id,
        event_type=event.type,
        event_timestamp=event.utc_date_time,
        assignment_id=event.data.assignment_id,
    )
