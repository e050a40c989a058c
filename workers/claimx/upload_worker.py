"""ClaimX uploads: puts cached media into the store, ten at a time.

This is the state before the migration: it builds its own Kafka clients, whatever PIPELINE_TRANSPORT says,
and hands what it reads to uploaders over a queue in memory, while a timer commits what was read. When the
process dies, what the queue holds and what is being uploaded is lost. A message it cannot read is logged and
gone; a file that the store does not take is reported as failed, and not tried again.
"""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.structs import ConsumerRecord

from workers import tracing
from workers.claimx.messages import CachedDownload, DownloadResult, Status
from workers.errors import StorageError, StorageRefusedError
from workers.settings import required
from workers.storage import Storage

CACHED = "claimx.downloads.cached"
RESULTS = "claimx.downloads.results"
GROUP = "claimx-upload-worker"
QUEUE_SIZE = 100

log = structlog.get_logger(__name__)


class UploadWorker:
    """Uploads ClaimX media from the cache, and writes a message about what became of each file.

    One loop reads batches into a queue; `concurrency` uploaders take them from there.
    """

    def __init__(
        self,
        bootstrap_servers: str,
        cache: Path,
        storage: Storage,
        max_poll_records: int,
        concurrency: int = 10,
    ) -> None:
        self.bootstrap_servers = bootstrap_servers
        self.cache = cache.resolve()
        self.storage = storage
        self.max_poll_records = max_poll_records
        self.concurrency = concurrency
        self._consumer: AIOKafkaConsumer | None = None
        self._producer: AIOKafkaProducer | None = None
        self._queue: asyncio.Queue[ConsumerRecord] = asyncio.Queue(QUEUE_SIZE)
        self._uploaders: list[asyncio.Task[None]] = []
        self._reading = asyncio.Lock()
        self._running = False

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        return cls(
            environ.get("KAFKA_BOOTSTRAP_SERVERS", "localhost:9092"),
            Path(
                required(
                    environ, "CACHE_DIR", "the folder that downloads are kept in until they are uploaded"
                )
            ),
            Storage.from_env(environ),
            max_poll_records=int(environ.get("MAX_POLL_RECORDS", "50")),
        )

    async def start(self) -> None:
        self._producer = AIOKafkaProducer(bootstrap_servers=self.bootstrap_servers, acks="all", linger_ms=5)
        await self._producer.start()
        await self._create_consumer()
        self._running = True
        self._uploaders = [asyncio.create_task(self._upload_loop()) for _ in range(self.concurrency)]

    async def _create_consumer(self) -> None:
        self._consumer = AIOKafkaConsumer(
            CACHED,
            bootstrap_servers=self.bootstrap_servers,
            group_id=GROUP,
            enable_auto_commit=True,
            auto_commit_interval_ms=1000,
            auto_offset_reset="earliest",
            max_poll_records=self.max_poll_records,
        )
        await self._consumer.start()

    async def run(self) -> None:
        await self._consume_loop()

    async def _consume_loop(self) -> None:
        assert self._consumer is not None
        while self._running:
            async with self._reading:
                batches = await self._consumer.getmany(timeout_ms=500)
                for records in batches.values():
                    for record in records:
                        await self._queue.put(record)

    async def _upload_loop(self) -> None:
        while True:
            record = await self._queue.get()
            try:
                await self._process(record)
            except Exception:
                log.exception("upload failed, message skipped")
            finally:
                self._queue.task_done()

    async def _process(self, record: ConsumerRecord) -> None:
        with tracing.message(record.key):
            cached = CachedDownload.parse(record.value)
            with tracing.message(record.key, cached.source_event_id):
                result = await self._upload(cached)
                await self._send_result(result)
                if result.status is Status.COMPLETED:
                    await asyncio.to_thread(self._cached_file(cached).unlink, missing_ok=True)
                log.info("media uploaded", status=result.status, bytes=result.bytes_uploaded)

    async def _upload(self, cached: CachedDownload) -> DownloadResult:
        try:
            return _result(cached, Status.COMPLETED, uploaded=await self._put(cached))
        except StorageRefusedError as error:
            return _result(cached, Status.FAILED_PERMANENT, error=str(error))
        except StorageError as error:
            return _result(cached, Status.FAILED, error=str(error))

    async def _put(self, cached: CachedDownload) -> int:
        try:
            return await self.storage.put(self._cached_file(cached), cached.destination_path)
        except StorageRefusedError:
            # A repeated message finds its file gone from the cache, because it is in the store.
            if await self.storage.size(cached.destination_path) != cached.bytes_downloaded:
                raise
            return cached.bytes_downloaded

    def _cached_file(self, cached: CachedDownload) -> Path:
        file = Path(cached.local_cache_path).resolve()
        if not file.is_relative_to(self.cache):
            raise StorageRefusedError(f"{cached.media_id}: its file does not lie in the cache")
        return file

    async def _send_result(self, result: DownloadResult) -> None:
        assert self._producer is not None
        await self._producer.send_and_wait(RESULTS, result.encode(), key=result.media_id.encode())

    async def stop(self) -> None:
        self._running = False
        if self._uploaders:
            async with self._reading:
                await self._queue.join()
        for uploader in self._uploaders:
            uploader.cancel()
        await asyncio.gather(*self._uploaders, return_exceptions=True)
        if self._consumer is not None:
            await self._consumer.stop()
        if self._producer is not None:
            await self._producer.stop()


def _result(
    cached: CachedDownload, status: Status, *, uploaded: int = 0, error: str | None = None
) -> DownloadResult:
    return DownloadResult(
        media_id=cached.media_id,
        project_id=cached.project_id,
        source_event_id=cached.source_event_id,
        blob_path=cached.destination_path,
        status=status,
        bytes_uploaded=uploaded,
        error_message=error,
        created_at=datetime.now(UTC),
    )
