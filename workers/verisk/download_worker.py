"""Verisk downloads: fetches attachments into the cache, a batch of ten at once.

This is the state before the migration: its consumer comes from a factory of Verisk's own, which knows Kafka
only, whatever PIPELINE_TRANSPORT says. A batch is committed when all of it has ended, well or badly: a task
it cannot read, and an attachment it cannot fetch, is logged and gone, and one slow host holds up nine others.
A batch in hand when the process dies comes again; what failed in one before it does not.
"""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Self

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.structs import ConsumerRecord
from pydantic import ValidationError

from workers import tracing
from workers.downloads import CachedFile, Downloads
from workers.messages import reason
from workers.verisk.factory import create_consumer
from workers.verisk.messages import CachedDownload, DownloadTask

PENDING = "verisk.downloads.pending"
CACHED = "verisk.downloads.cached"

log = structlog.get_logger(__name__)


class DownloadWorker:
    """Downloads Verisk attachments to the cache, `max_poll_records` at once."""

    def __init__(self, environ: Mapping[str, str], downloads: Downloads) -> None:
        self.environ = environ
        self.downloads = downloads
        self.max_poll_records = int(environ.get("MAX_POLL_RECORDS", "10"))
        self.consumer: AIOKafkaConsumer | None = None
        self.producer: AIOKafkaProducer | None = None
        self.running = False
        self.loop_ended = asyncio.Event()
        self.loop_ended.set()

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        return cls(environ, Downloads.from_env(environ))

    async def start(self) -> None:
        await self.downloads.__aenter__()
        self.producer = AIOKafkaProducer(
            bootstrap_servers=self.environ.get("KAFKA_BOOTSTRAP_SERVERS", "localhost:9092"), acks="all"
        )
        await self.producer.start()
        self.consumer = create_consumer(
            self.environ, PENDING, "download_worker", max_poll_records=self.max_poll_records
        )
        await self.consumer.start()
        self.running = True

    async def run(self) -> None:
        self.loop_ended.clear()
        try:
            await self._consume_loop()
        finally:
            self.loop_ended.set()

    async def _consume_loop(self) -> None:
        assert self.consumer is not None
        while self.running:
            batches = await self.consumer.getmany(timeout_ms=500, max_records=self.max_poll_records)
            records = [record for partition in batches.values() for record in partition]
            if records:
                await self._process_batch(records)
                await self.consumer.commit()

    async def _process_batch(self, records: list[ConsumerRecord]) -> None:
        ends = await asyncio.gather(*map(self._process, records), return_exceptions=True)
        for record, end in zip(records, ends, strict=True):
            if isinstance(end, BaseException):
                with tracing.message(record.key):
                    log.error("download failed, skipping", reason=_why(end), offset=record.offset)

    async def _process(self, record: ConsumerRecord) -> None:
        task = DownloadTask.parse(record.value)
        with tracing.message(record.key, task.trace_id):
            file = await self.downloads.fetch(task.attachment_url, task.blob_path)
            await self._send_cached(task, file)
            log.info("attachment cached", bytes=file.size)

    async def _send_cached(self, task: DownloadTask, file: CachedFile) -> None:
        assert self.producer is not None
        cached = CachedDownload(
            **task.model_dump(),
            destination_path=task.blob_path,
            local_cache_path=str(file.path),
            bytes_downloaded=file.size,
            content_type=file.content_type,
            downloaded_at=datetime.now(UTC),
        )
        await self.producer.send_and_wait(CACHED, cached.encode(), key=task.media_id.encode())

    async def stop(self) -> None:
        self.running = False
        await self.loop_ended.wait()
        if self.consumer is not None:
            await self.consumer.stop()
        if self.producer is not None:
            await self.producer.stop()
        await self.downloads.__aexit__(None, None, None)


def _why(error: BaseException) -> str:
    """Without a bad message's values: they may hold presigned URLs."""
    return reason(error) if isinstance(error, ValidationError) else f"{type(error).__name__}: {error}"
