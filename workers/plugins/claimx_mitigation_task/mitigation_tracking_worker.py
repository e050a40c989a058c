"""Mitigation tracking: completed mitigation tasks in, each with its project and media out."""

import asyncio
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
from workers.claimx.api import ClaimXApi
from workers.errors import ApiRefusedError, ApiUnavailableError
from workers.messages import reason
from workers.plugins.messages import MitigationTracked, TaskEvent

PENDING = "claimx.mitigation.pending"
SUCCESS = "claimx.mitigation.success"
RETRIES = 5

log = structlog.get_logger(__name__)


class MitigationTrackingWorker:
    """Adds a completed mitigation task's project and media to it.

    Transport layer contract: `handle` gets one message a call; all its work is awaited before it
    returns, with no background tasks; the message is committed only after it returned, and comes again
    if it raised.
    """

    def __init__(self, config: TransportConfig, api: ClaimXApi, retry_delay: float = 30.0) -> None:
        self.config = config
        self.api = api
        self.retry_delay = retry_delay
        self.consumer: Consumer | None = None
        self.producer: Producer | None = None

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        return cls(TransportConfig.from_env(environ), ClaimXApi.from_env(environ))

    async def start(self) -> None:
        await self.api.__aenter__()
        self.producer = create_producer(
            config=self.config,
            domain="plugins",
            worker_name="mitigation_tracking_worker",
            topic_key="mitigation_success",
        )
        await self.producer.start()
        self.consumer = await create_consumer(
            config=self.config,
            domain="plugins",
            worker_name="mitigation_tracking_worker",
            topics=[PENDING],
            message_handler=self.handle,
            topic_key="mitigation_pending",
        )
        await self.consumer.start()

    async def handle(self, record: PipelineMessage) -> None:
        with tracing.message(record.key):
            await self._handle(record)

    async def _handle(self, record: PipelineMessage) -> None:
        try:
            event = TaskEvent.parse(record.value)
        except ValidationError as error:
            log.error("bad task event, skipping", reason=reason(error), offset=record.offset)
            return
        if event.task_status != "COMPLETED":
            log.debug("task is not completed yet", task_status=event.task_status)
            return
        await self._track(event)

    async def _track(self, event: TaskEvent, attempt: int = 1) -> None:
        assert self.producer is not None
        with tracing.message(event.assignment_id.encode(), event.event_id):
            try:
                tracked = MitigationTracked(
                    event_id=event.event_id,
                    assignment_id=event.assignment_id,
                    task_id=event.task_id,
                    task_name=event.task_name,
                    project=await self.api.project(event.project_id),
                    media=await self.api.media(event.project_id),
                )
            except ApiRefusedError as error:
                log.error("mitigation task dropped", error=str(error))
            except ApiUnavailableError as error:
                log.warning("ClaimX API unavailable", error=str(error), attempt=attempt)
                if attempt < RETRIES:
                    await self._retry(event, attempt + 1)
            else:
                await self.producer.send(SUCCESS, tracked.encode(), key=event.assignment_id.encode())
                log.info("mitigation task tracked", media=len(tracked.media))

    async def _retry(self, event: TaskEvent, attempt: int) -> None:
        await asyncio.sleep(self.retry_delay)
        await self._track(event, attempt)

    async def stop(self) -> None:
        if self.consumer is not None:
            await self.consumer.stop()
        if self.producer is not None:
            await self.producer.stop()
        await self.api.__aexit__(None, None, None)
