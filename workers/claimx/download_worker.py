"""ClaimX downloads: fetches media into the cache, ten at a time.

This is the state before the migration: it builds its own Kafka clients, whatever PIPELINE_TRANSPORT says,
starts its downloads in the background and commits the batch without waiting for them. A message it cannot
read, and a file it cannot fetch, is logged and gone.
"""

import asyncio
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Self

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.structs import ConsumerRecord

from workers import tracing
from workers.claimx.api import ClaimXApi
from workers.claimx.messages import CachedDownload, DownloadTask
from workers.downloads import CachedFile, Downloads
from workers.errors import ApiRefusedError, UrlExpiredError

PENDING = "claimx.downloads.pending"
CACHED = "claimx.downloads.cached"
GROUP = "claimx-download-worker"

log = structlog.get_logger(__name__)


class DownloadWorker:
    """Downloads ClaimX media to the cache.

    Reads download tasks in batches of `max_poll_records`, keeps up to `concurrency` downloads running in the
    background, and writes a message for each file that lies in the cache.
    """

    def __init__(
        self,
        bootstrap_servers: str,
        api: ClaimXApi,
        downloads: Downloads,
        max_poll_records: int = 20,
        concurrency: int = 10,
    ) -> None:
        self.bootstrap_servers = bootstrap_servers
        self.api = api
        self.downloads = downloads
        self.max_poll_records = max_poll_records
        self._consumer: AIOKafkaConsumer | None = None
        self._producer: AIOKafkaProducer | None = None
        self._semaphore = asyncio.Semaphore(concurrency)
        self._in_flight: set[asyncio.Task[None]] = set()
        self._running = False

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        return cls(
            environ.get("KAFKA_BOOTSTRAP_SERVERS", "localhost:9092"),
            ClaimXApi.from_env(environ),
            Downloads.from_env(environ),
            max_poll_records=int(environ.get("MAX_POLL_RECORDS", "20")),
        )

    async def start(self) -> None:
        await self.api.__aenter__()
        await self.downloads.__aenter__()
        self._producer = AIOKafkaProducer(bootstrap_servers=self.bootstrap_servers, acks="all")
        await self._producer.start()
        self._consumer = self._create_consumer()
        await self._consumer.start()
        self._running = True

    def _create_consumer(self) -> AIOKafkaConsumer:
        return AIOKafkaConsumer(
            PENDING,
            bootstrap_servers=self.bootstrap_servers,
            group_id=GROUP,
            client_id=f"{GROUP}-{os.getpid()}",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_poll_records=self.max_poll_records,
            max_poll_interval_ms=300_000,
        )

    async def run(self) -> None:
        await self._consume_loop()

    async def _consume_loop(self) -> None:
        assert self._consumer is not None
        while self._running:
            batches = await self._consumer.getmany(timeout_ms=500, max_records=self.max_poll_records)
            for partition, records in batches.items():
                log.debug("batch received", partition=partition.partition, records=len(records))
                await self._process_batch(records)
            if batches:
                await self._consumer.commit()

    async def _process_batch(self, records: list[ConsumerRecord]) -> None:
        for record in records:
            await self._semaphore.acquire()
            task = asyncio.create_task(self._process(record))
            self._in_flight.add(task)
            task.add_done_callback(self._finished)

    def _finished(self, task: "asyncio.Task[None]") -> None:
        self._in_flight.discard(task)
        self._semaphore.release()

    async def _process(self, record: ConsumerRecord) -> None:
        with tracing.message(record.key):
            try:
                task = DownloadTask.parse(record.value)
                with tracing.message(record.key, task.source_event_id):
                    task, file = await self._fetch(task)
                    await self._send_cached(task, file)
                    log.info("media cached", bytes=file.size)
            except Exception:
                log.exception("download failed, message skipped")

    async def _fetch(self, task: DownloadTask) -> tuple[DownloadTask, CachedFile]:
        try:
            return task, await self.downloads.fetch(task.download_url, task.blob_path)
        except UrlExpiredError:
            task = await self._refresh_url(task)
            return task, await self.downloads.fetch(task.download_url, task.blob_path)

    async def _refresh_url(self, task: DownloadTask) -> DownloadTask:
        for media in await self.api.media(task.project_id):
            if media.media_id == task.media_id:
                return task.model_copy(
                    update={
                        "download_url": media.download_url,
                        "expires_at": media.expires_at,
                        "refresh_count": task.refresh_count + 1,
                    }
                )
        raise ApiRefusedError(f"project {task.project_id} has no media {task.media_id}")

    async def _send_cached(self, task: DownloadTask, file: CachedFile) -> None:
        assert self._producer is not None
        cached = CachedDownload(
            **task.model_dump(),
            destination_path=task.blob_path,
            local_cache_path=str(file.path),
            bytes_downloaded=file.size,
            content_type=file.content_type,
            downloaded_at=datetime.now(UTC),
        )
        await self._producer.send_and_wait(CACHED, cached.encode(), key=task.media_id.encode())

    async def stop(self) -> None:
        self._running = False
        if self._in_flight:
            log.info("waiting for downloads", in_flight=len(self._in_flight))
            await asyncio.gather(*self._in_flight, return_exceptions=True)
        if self._consumer is not None:
            await self._consumer.stop()
        if self._producer is not None:
            await self._producer.stop()
        await self.downloads.__aexit__(None, None, None)
        await self.api.__aexit__(None, None, None)
