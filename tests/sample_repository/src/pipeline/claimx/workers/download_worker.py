"""ClaimX downloads: media into the cache."""

import asyncio
import logging
import os
from dataclasses import asdict

import aiohttp
from aiokafka import AIOKafkaProducer

from pipeline.claimx.consumers import create_consumer
from pipeline.claimx.records import CACHED, TO_DOWNLOAD, CachedMedia, MediaTask
from pipeline.common.files import below, cache_dir, fetch

logger = logging.getLogger(__name__)

CONCURRENT_DOWNLOADS = 10


class ClaimXDownloadWorker:
    """Downloads media, ten at a time.

    Polls up to max_poll_records and starts a task for each of them; a task that fails is logged.
    """

    def __init__(self, max_poll_records: int = 40) -> None:
        self.max_poll_records = max_poll_records
        self.cache = cache_dir()
        self.consumer = None
        self.producer = None
        self.session = None
        self.slots = asyncio.Semaphore(CONCURRENT_DOWNLOADS)
        self.active_tasks = set()
        self.loop_task = None
        self.running = False

    async def start(self) -> None:
        self.session = aiohttp.ClientSession()
        self.producer = AIOKafkaProducer(
            bootstrap_servers=os.getenv("KAFKA_BOOTSTRAP_SERVERS", "localhost:9092"), acks="all"
        )
        await self.producer.start()
        self.consumer = create_consumer(TO_DOWNLOAD, "claimx-download-worker", max_poll_records=self.max_poll_records)
        await self.consumer.start()
        self.running = True
        self.loop_task = asyncio.create_task(self._consume_loop())

    async def _consume_loop(self) -> None:
        while self.running:
            batch = await self.consumer.getmany(timeout_ms=500, max_records=self.max_poll_records)
            for messages in batch.values():
                for message in messages:
                    await self.slots.acquire()
                    task = asyncio.create_task(self._download(message))
                    self.active_tasks.add(task)
                    task.add_done_callback(self._release)
            if batch:
                await self.consumer.commit()

    def _release(self, task) -> None:
        self.active_tasks.discard(task)
        self.slots.release()

    async def _download(self, message) -> None:
        try:
            task = MediaTask.from_json(message.value)
            target = below(self.cache, task.blob_path)
            size = await fetch(self.session, task.download_url, target)
            cached = CachedMedia(**asdict(task), local_cache_path=str(target), bytes_downloaded=size)
            await self.producer.send_and_wait(CACHED, cached.to_json(), key=task.media_id.encode())
            logger.info("%s: %d bytes", task.media_id, size)
        except Exception:
            logger.exception("Download failed, offset %d", message.offset)

    async def stop(self) -> None:
        self.running = False
        if self.loop_task is not None:
            await self.loop_task
        if self.active_tasks:
            await asyncio.wait(self.active_tasks, timeout=10)
        if self.consumer is not None:
            await self.consumer.stop()
        if self.producer is not None:
            await self.producer.stop()
        if self.session is not None:
            await self.session.close()
