"""Mitigation tracking."""

import asyncio
import json
import logging
import os

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from pipeline.common.claimx_api import ClaimXApi, ClaimXRefused, ClaimXUnavailable
from pipeline.common.records import BadRecord
from pipeline.plugins.shared.routing import MITIGATION_PENDING, PluginTask

logger = logging.getLogger(__name__)


class MitigationTrackingWorker:
    """Adds project and files to completed mitigation tasks."""

    OUTPUT = "claimx.mitigation.success"
    RETRY_SECONDS = 20
    ATTEMPTS = 4

    def __init__(self, api: ClaimXApi) -> None:
        self.api = api
        self.bootstrap = os.getenv("KAFKA_BOOTSTRAP_SERVERS", "localhost:9092")
        self.consumer = None
        self.producer = None
        self.consumer_task = None
        self.retry_tasks = []

    async def start(self) -> None:
        await self.api.open()
        self.producer = AIOKafkaProducer(bootstrap_servers=self.bootstrap)
        await self.producer.start()
        self.consumer = await self._create_consumer()
        self.consumer_task = asyncio.create_task(self._consume_loop())

    async def _create_consumer(self) -> AIOKafkaConsumer:
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.bootstrap,
            group_id="plugins-mitigation-tracking-worker",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_poll_records=1,
        )
        consumer.subscribe([MITIGATION_PENDING])
        await consumer.start()
        return consumer

    async def _consume_loop(self) -> None:
        while True:
            record = await self.consumer.getone()
            try:
                await self._track(PluginTask.from_json(record.value), 1)
            except BadRecord as error:
                logger.error("Not a task, skipped: %s", error)
            await self.consumer.commit()

    async def _track(self, task: PluginTask, attempt: int) -> None:
        try:
            project = await self.api.project(task.project_id)
            media = await self.api.media(task.project_id)
        except ClaimXRefused as error:
            logger.error("%s is given up: %s", task.assignment_id, error)
            return
        except ClaimXUnavailable as error:
            logger.warning("%s, attempt %d: %s", task.assignment_id, attempt, error)
            if attempt < self.ATTEMPTS:
                self.retry_tasks.append(asyncio.create_task(self._later(task, attempt + 1)))
            return
        tracked = {**task.to_dict(), "project": project, "media": [one["mediaId"] for one in media]}
        await self.producer.send_and_wait(self.OUTPUT, json.dumps(tracked).encode(), key=task.assignment_id.encode())

    async def _later(self, task: PluginTask, attempt: int) -> None:
        await asyncio.sleep(self.RETRY_SECONDS)
        await self._track(task, attempt)

    async def stop(self) -> None:
        if self.consumer_task is not None:
            self.consumer_task.cancel()
        for task in self.retry_tasks:
            task.cancel()
        if self.consumer is not None:
            await self.consumer.stop()
        if self.producer is not None:
            await self.producer.stop()
        await self.api.close()
