"""Verisk uploads: puts cached attachments into the store, each in a background task.

This is the state before the migration: its consumer comes from a factory of Verisk's own, which knows Kafka
only, whatever PIPELINE_TRANSPORT says. Uploads are begun and not waited for, and a timer commits what was
read, not what was uploaded: those under way and those waiting for their turn are lost when the process dies.
A message it cannot read is logged and gone; a file that does not get into the store is reported as a failure,
and not tried again.
"""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.structs import ConsumerRecord
from pydantic import ValidationError

from workers import tracing
from workers.errors import StorageError, StorageRefusedError
from workers.messages import reason
from workers.settings import required
from workers.storage import Storage
from workers.verisk.factory import create_consumer
from workers.verisk.messages import CachedDownload, DownloadResult, Status

CACHED = "verisk.downloads.cached"
RESULTS = "verisk.downloads.results"

log = structlog.get_logger(__name__)


class UploadWorker:
    """Uploads cached Verisk attachments, `concurrency` at a time, and reports what became of each."""

    def __init__(self, environ: Mapping[str, str], storage: Storage, concurrency: int = 10) -> None:
        self.environ = environ
        self.storage = storage
        cache = required(
            environ, "CACHE_DIR", "the folder that downloads are kept in until they are uploaded"
        )
        self.cache_dir = Path(cache).resolve()
        self.consumer: AIOKafkaConsumer | None = None
        self.producer: AIOKafkaProducer | None = None
        self.semaphore = asyncio.Semaphore(concurrency)
        self.upload_tasks: list[asyncio.Task[None]] = []

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        return cls(environ, Storage.from_env(environ))

    async def start(self) -> None:
        self.producer = AIOKafkaProducer(
            bootstrap_servers=self.environ.get("KAFKA_BOOTSTRAP_SERVERS", "localhost:9092")
        )
        await self.producer.start()
        self.consumer = create_consumer(
            self.environ,
            CACHED,
            "upload_worker",
            max_poll_records=int(self.environ.get("MAX_POLL_RECORDS", "50")),
            auto_commit=True,
        )
        await self.consumer.start()

    async def run(self) -> None:
        await self._consume_loop()

    async def _consume_loop(self) -> None:
        assert self.consumer is not None
        async for record in self.consumer:
            self.upload_tasks.append(asyncio.create_task(self._handle_record(record)))
            self.upload_tasks = [task for task in self.upload_tasks if not task.done()]

    async def _handle_record(self, record: ConsumerRecord) -> None:
        with tracing.message(record.key):
            try:
                cached = CachedDownload.parse(record.value)
            except ValidationError as error:
                log.error("bad message, skipping", reason=reason(error), offset=record.offset)
                return
        with tracing.message(record.key, cached.trace_id):
            async with self.semaphore:
                result = await self._upload(cached)
            assert self.producer is not None
            await self.producer.send_and_wait(RESULTS, result.encode(), key=result.media_id.encode())
            log.info("upload done", status=result.status, bytes=result.bytes_uploaded)

    async def _upload(self, cached: CachedDownload) -> DownloadResult:
        try:
            return _result(cached, Status.COMPLETED, uploaded=await self._put(cached))
        except StorageRefusedError as error:
            return _result(cached, Status.FAILED_PERMANENT, error=str(error))
        except StorageError as error:
            return _result(cached, Status.FAILED, error=str(error))

    async def _put(self, cached: CachedDownload) -> int:
        file = self._in_cache(cached)
        try:
            size = await self.storage.put(file, cached.destination_path)
        except StorageRefusedError:
            if await self.storage.size(cached.destination_path) != cached.bytes_downloaded:
                raise
            return cached.bytes_downloaded  # uploaded, and gone from the cache, when the message came before
        await asyncio.to_thread(file.unlink, missing_ok=True)
        return size

    def _in_cache(self, cached: CachedDownload) -> Path:
        file = Path(cached.local_cache_path).resolve()
        if not file.is_relative_to(self.cache_dir):
            raise StorageRefusedError(f"{cached.media_id}: its file does not lie in the cache")
        return file

    async def stop(self) -> None:
        if self.consumer is not None:
            await self.consumer.stop()
        await asyncio.gather(*self.upload_tasks, return_exceptions=True)
        if self.producer is not None:
            await self.producer.stop()


def _result(
    cached: CachedDownload, status: Status, *, uploaded: int = 0, error: str | None = None
) -> DownloadResult:
    return DownloadResult(
        trace_id=cached.trace_id,
        media_id=cached.media_id,
        assignment_id=cached.assignment_id,
        blob_path=cached.destination_path,
        status_subtype=cached.status_subtype,
        file_type=cached.file_type,
        status=status,
        bytes_uploaded=uploaded,
        error_message=error,
        created_at=datetime.now(UTC),
    )
