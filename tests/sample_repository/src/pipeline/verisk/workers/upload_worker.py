"""Verisk uploads."""

import asyncio
import logging
import os
from pathlib import Path

from aiokafka import AIOKafkaConsumer as KafkaConsumer
from aiokafka import AIOKafkaProducer as KafkaProducer

from pipeline.common.files import store, store_dir
from pipeline.verisk.schema import Attachment, AttachmentResult, Topics

logger = logging.getLogger(__name__)

UPLOADERS = 4


class VeriskUploadWorker:
    """A reader fills a queue, uploaders empty it."""

    def __init__(self) -> None:
        self.servers = os.environ.get("KAFKA_BOOTSTRAP_SERVERS", "localhost:9092")
        self.queue: asyncio.Queue = asyncio.Queue(maxsize=200)
        self.tasks: list[asyncio.Task] = []
        self.consumer = None
        self.producer = None

    async def start(self) -> None:
        self.producer = KafkaProducer(bootstrap_servers=self.servers, linger_ms=10)
        await self.producer.start()
        await self._create_consumer()
        self.tasks = [asyncio.create_task(self._consume_loop())]
        self.tasks += [asyncio.create_task(self._uploader()) for _ in range(UPLOADERS)]

    async def _create_consumer(self) -> None:
        self.consumer = KafkaConsumer(
            Topics.CACHED,
            bootstrap_servers=self.servers,
            group_id="verisk-upload-worker",
            auto_offset_reset="earliest",
            enable_auto_commit=True,
            auto_commit_interval_ms=1000,
            max_poll_records=200,
        )
        await self.consumer.start()

    async def _consume_loop(self) -> None:
        async for record in self.consumer:
            await self.queue.put(record)

    async def _uploader(self) -> None:
        while True:
            record = await self.queue.get()
            try:
                await self._process(Attachment.from_json(record.value))
            except Exception:
                logger.exception("Upload failed at offset %d", record.offset)
            finally:
                self.queue.task_done()

    async def _process(self, cached: Attachment) -> None:
        status, problem = "completed", ""
        try:
            await store(Path(cached.local_cache_path), store_dir(), cached.blob_path)
        except FileNotFoundError:
            status, problem = "failed_permanent", "the file is not in the cache"
        except OSError as error:
            status, problem = "failed", str(error)
        result = AttachmentResult(cached.trace_id, cached.media_id, cached.blob_path, status, problem)
        await self.producer.send_and_wait(Topics.RESULTS, result.to_json(), key=cached.media_id.encode())

    async def stop(self) -> None:
        if self.tasks:
            self.tasks[0].cancel()
            await asyncio.wait_for(self.queue.join(), 10)
        for task in self.tasks:
            task.cancel()
        if self.consumer is not None:
            await self.consumer.stop()
        if self.producer is not None:
            await self.producer.stop()
