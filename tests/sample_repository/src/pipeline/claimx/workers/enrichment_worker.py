"""ClaimX enrichment: asks ClaimX what an event is about."""

from __future__ import annotations

import logging
import posixpath
from typing import TYPE_CHECKING, Any

from pipeline.claimx.records import (
    DEAD,
    ENTITIES,
    FILE_EVENTS,
    PROJECT_EVENTS,
    TASK_EVENTS,
    TO_DOWNLOAD,
    TO_ENRICH,
    ClaimXEvent,
    EntityRows,
    MediaTask,
)
from pipeline.common.claimx_api import ClaimXApi, ClaimXRefused
from pipeline.common.deadletters import DeadLetters
from pipeline.common.records import BadRecord
from pipeline.common.transport import PipelineMessage, TransportConfig, create_consumer, create_producer
from pipeline.plugins.shared.routing import plugin_topics

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer

    from pipeline.common.transport import Consumer

logger = logging.getLogger(__name__)


class ClaimXEnrichmentWorker:
    """Turns an event into rows, download tasks and plugin tasks.

    Transport layer contract: one message a call; everything is awaited, nothing is left to a background task; the
    message is committed only after handle() has returned, and comes again if it raised. Repeats write the same again.
    """

    def __init__(self, config: TransportConfig, api: ClaimXApi) -> None:
        self._config, self._api = config, api
        self._producer = create_producer(config=config)
        self._dead = DeadLetters(self._producer, DEAD)
        self._consumer: Consumer | AIOKafkaConsumer | None = None

    async def start(self) -> None:
        await self._api.open()
        await self._producer.start()
        self._consumer = await create_consumer(
            config=self._config,
            domain="claimx",
            worker_name="enrichment_worker",
            topics=[TO_ENRICH],
            message_handler=self.handle,
        )
        await self._consumer.start()

    async def stop(self) -> None:
        if self._consumer is not None:
            await self._consumer.stop()
        await self._producer.stop()
        await self._api.close()

    async def handle(self, message: PipelineMessage) -> None:
        try:
            event = ClaimXEvent.from_json(message.value)
            rows = await self._look_up(event)
        except (BadRecord, ClaimXRefused) as error:
            await self._dead.put(message, error)
            return
        for media in rows.media:
            await self._send(TO_DOWNLOAD, media["mediaId"], _task(event, media).to_json())
        await self._send(ENTITIES, event.event_id, rows.to_json())
        for task in rows.tasks:
            for topic, body in plugin_topics(event.event_id, task):
                await self._send(topic, task["assignmentId"], body)
        logger.info("%s: %d files, %d tasks", event.event_id, len(rows.media), len(rows.tasks))

    async def _look_up(self, event: ClaimXEvent) -> EntityRows:
        rows = EntityRows(event.event_id, event.project_id)
        if event.event_type in FILE_EVENTS:
            rows.media = [m for m in await self._api.media(event.project_id) if m["mediaId"] == event.media_id]
            if not rows.media:
                raise ClaimXRefused(f"project {event.project_id} has no file {event.media_id}")
        elif event.event_type in TASK_EVENTS and event.task_assignment_id:
            rows.tasks = [await self._api.assignment(event.task_assignment_id)]
        elif event.event_type in PROJECT_EVENTS:
            rows.projects = [await self._api.project(event.project_id)]
        else:
            raise BadRecord(f"{event.event_type} says nothing to look up")
        return rows

    async def _send(self, topic: str, key: str, body: bytes) -> None:
        await self._producer.send(topic, body, key=key.encode())


def _task(event: ClaimXEvent, media: dict[str, Any]) -> MediaTask:
    name = posixpath.basename(media["fileName"]) or "file"
    return MediaTask(
        media_id=media["mediaId"],
        project_id=event.project_id,
        download_url=media["downloadUrl"],
        blob_path=f"claimx/{event.project_id}/{media['mediaId']}/{name}",
        source_event_id=event.event_id,
    )
