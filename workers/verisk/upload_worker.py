"""Verisk uploads: puts cached attachments into the store, each in a background task."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import structlog
from pydantic import ValidationError

from transport import (
    Consumer,
    ConsumerOptions,
    PipelineMessage,
    Producer,
    TransportConfig,
    create_consumer,
    create_producer,
)
from workers import tracing
from workers.errors import StorageError, StorageRefusedError
from workers.messages import reason
from workers.settings import required
from workers.storage import Storage
from workers.verisk.messages import CachedDownload, DownloadResult, Status

CACHED = "verisk.downloads.cached"
RESULTS = "verisk.downloads.results"

log = structlog.get_logger(__name__)


class UploadWorker:
    """Uploads cached Verisk attachments, `concurrency` at a time, and reports what became of each.

    Transport layer contract: `_handle_record` gets one message a call; all its work is awaited before
    it returns, with no background tasks; the message is committed only after it returned, and comes
    again if it raised.
    """

    def __init__(self, environ: Mapping[str, str], storage: Storage, concurrency: int = 10) -> None:
        self.config = TransportConfig.from_env(environ)
        self.storage = storage
        cache = required(
            environ, "CACHE_DIR", "the folder that downloads are kept in until they are uploaded"
        )
        self.cache_dir = Path(cache).resolve()
        self.consumer: Consumer | None = None
        self.producer: Producer | None = None
        self.concurrency = concurrency

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        return cls(environ, Storage.from_env(environ))

    async def start(self) -> None:
        self.producer = create_producer(
            config=self.config,
            domain="verisk",
            worker_name="upload_worker",
            topic_key="downloads_results",
        )
        await self.producer.start()
        self.consumer = await create_consumer(
            config=self.config,
            domain="verisk",
            worker_name="upload_worker",
            topics=[CACHED],
            message_handler=self._handle_record,
            topic_key="downloads_cached",
            options=ConsumerOptions(ordering="key", max_in_flight=self.concurrency),
        )
        await self.consumer.start()

    async def _handle_record(self, record: PipelineMessage) -> None:
        with tracing.message(record.key):
            try:
                cached = CachedDownload.parse(record.value)
            except ValidationError as error:
                log.error("bad message, skipping", reason=reason(error), offset=record.offset)
                return
        with tracing.message(record.key, cached.trace_id):
            result = await self._upload(cached)
            assert self.producer is not None
            await self.producer.send(RESULTS, result.encode(), key=result.media_id.encode())
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
