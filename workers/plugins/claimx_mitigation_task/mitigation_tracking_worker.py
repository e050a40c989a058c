"""Mitigation tracking: completed mitigation tasks in, each with its project and media out.

This is the state before the migration: it builds its own Kafka clients, whatever PIPELINE_TRANSPORT says.
What the API cannot answer now is tried again by a background task that nobody waits for, while its message
is committed: it is lost when the process dies, or is stopped, meanwhile. A message it cannot read, and an
answer that is final, is logged and gone.
"""

import asyncio
from collections.abc import Mapping
from typing import Self

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.structs import ConsumerRecord
from pydantic import ValidationError

from workers import tracing
from workers.claimx.api import ClaimXApi
from workers.errors import ApiRefusedError, ApiUnavailableError
from workers.messages import reason
from workers.plugins.messages import MitigationTracked, TaskEvent

PENDING = "claimx.mitigation.pending"
SUCCESS = "claimx.mitigation.success"
GROUP = "plugins-mitigation-tracking-worker"
RETRIES = 5

log = structlog.get_logger(__name__)


class MitigationTrackingWorker:
    """Adds a completed mitigation task's project and media to it."""

    def __init__(self, bootstrap_servers: str, api: ClaimXApi, retry_delay: float = 30.0) -> None:
        self.bootstrap_servers = bootstrap_servers
        self.api = api
        self.retry_delay = retry_delay
        self.consumer: AIOKafkaConsumer | None = None
        self.producer: AIOKafkaProducer | None = None
        self._retry_tasks: list[asyncio.Task[None]] = []

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        return cls(environ.get("KAFKA_BOOTSTRAP_SERVERS", "localhost:9092"), ClaimXApi.from_env(environ))

    async def start(self) -> None:
        await self.api.__aenter__()
        self.producer = AIOKafkaProducer(bootstrap_servers=self.bootstrap_servers)
        await self.producer.start()
        self.consumer = await self._create_consumer()

    async def _create_consumer(self) -> AIOKafkaConsumer:
        consumer = AIOKafkaConsumer(
            PENDING,
            bootstrap_servers=self.bootstrap_servers,
            group_id=GROUP,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_poll_records=10,
        )
        await consumer.start()
        return consumer

    async def run(self) -> None:
        await self._consume_loop()

    async def _consume_loop(self) -> None:
        assert self.consumer is not None
        async for record in self.consumer:
            with tracing.message(record.key):
                await self._handle(record)
            await self.consumer.commit()
            self._retry_tasks = [task for task in self._retry_tasks if not task.done()]

    async def _handle(self, record: ConsumerRecord) -> None:
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
                    self._retry_tasks.append(asyncio.create_task(self._retry(event, attempt + 1)))
            else:
                await self.producer.send_and_wait(SUCCESS, tracked.encode(), key=event.assignment_id.encode())
                log.info("mitigation task tracked", media=len(tracked.media))

    async def _retry(self, event: TaskEvent, attempt: int) -> None:
        await asyncio.sleep(self.retry_delay)
        await self._track(event, attempt)

    async def stop(self) -> None:
        if self.consumer is not None:
            await self.consumer.stop()
        for task in self._retry_tasks:
            task.cancel()
        if self.producer is not None:
            await self.producer.stop()
        await self.api.__aexit__(None, None, None)
