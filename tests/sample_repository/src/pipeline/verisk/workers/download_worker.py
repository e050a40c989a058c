"""Verisk downloads: attachments into the cache, in batches of ten."""

import asyncio
import dataclasses
import logging
import os

import aiohttp
import aiokafka

from pipeline.common import files
from pipeline.verisk.schema import Attachment, Topics

logger = logging.getLogger(__name__)


class VeriskDownloadWorker:
    """Takes ten tasks, downloads them at once, commits, takes the next ten."""

    BATCH_SIZE = 10

    def __init__(self, kafka_settings: dict | None = None) -> None:
        servers = os.getenv("KAFKA_BOOTSTRAP_SERVERS", "localhost:9092")
        self.kafka_settings = {"bootstrap_servers": servers, **(kafka_settings or {})}
        self.consumer: aiokafka.AIOKafkaConsumer | None = None
        self.producer: aiokafka.AIOKafkaProducer | None = None
        self.http: aiohttp.ClientSession | None = None
        self._stopping = asyncio.Event()
        self._loop: asyncio.Task | None = None

    def _create_consumer(self) -> aiokafka.AIOKafkaConsumer:
        return aiokafka.AIOKafkaConsumer(
            Topics.DOWNLOADS,
            group_id="verisk-download-worker",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_poll_records=self.BATCH_SIZE,
            **self.kafka_settings,
        )

    async def start(self) -> None:
        self.http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(sock_read=30))
        self.producer = aiokafka.AIOKafkaProducer(**self.kafka_settings)
        await self.producer.start()
        self.consumer = self._create_consumer()
        await self.consumer.start()
        self._loop = asyncio.create_task(self._consume_loop())

    async def _consume_loop(self) -> None:
        while not self._stopping.is_set():
            polled = await self.consumer.getmany(timeout_ms=400, max_records=self.BATCH_SIZE)
            batch = [record for records in polled.values() for record in records]
            if not batch:
                continue
            outcomes = await asyncio.gather(*(self._download(record) for record in batch), return_exceptions=True)
            for record, outcome in zip(batch, outcomes):
                if isinstance(outcome, Exception):
                    logger.error("offset %d was not downloaded: %r", record.offset, outcome)
            await self.consumer.commit()

    async def _download(self, record: aiokafka.ConsumerRecord) -> None:
        attachment = Attachment.from_json(record.value)
        target = files.below(files.cache_dir(), attachment.blob_path)
        size = await files.fetch(self.http, attachment.attachment_url, target)
        cached = dataclasses.replace(attachment, local_cache_path=str(target), bytes_downloaded=size)
        await self.producer.send_and_wait(Topics.CACHED, cached.to_json(), key=record.key)

    async def stop(self) -> None:
        self._stopping.set()
        if self._loop:
            await self._loop
        if self.consumer:
            await self.consumer.stop()
        if self.producer:
            await self.producer.stop()
        if self.http:
            await self.http.close()
