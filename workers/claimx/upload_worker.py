"""ClaimX uploads: puts cached media into the store, ten at a time."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import structlog

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
from workers.claimx.messages import CachedDownload, DownloadResult, Status
from workers.errors import StorageError, StorageRefusedError
from workers.settings import required
from workers.storage import Storage

CACHED = "claimx.downloads.cached"
RESULTS = "claimx.downloads.results"

log = structlog.get_logger(__name__)


class UploadWorker:
    """Uploads ClaimX media from the cache, and writes a message about what became of each file.

    One loop reads batches into a queue; `concurrency` uploaders take them from there.

    Transport layer contract: `_process` gets one message a call; all its work is awaited before it
    returns, with no background tasks; the message is committed only after it returned, and comes again
    if it raised.
    """

    def __init__(
        self,
        config: TransportConfig,
        cache: Path,
        storage: Storage,
        concurrency: int = 10,
    ) -> None:
        self.config = config
        self.cache = cache.resolve()
        self.storage = storage
        self.concurrency = concurrency
        self._consumer: Consumer | None = None
        self._producer: Producer | None = None

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        return cls(
            TransportConfig.from_env(environ),
            Path(
                required(
                    environ, "CACHE_DIR", "the folder that downloads are kept in until they are uploaded"
                )
            ),
            Storage.from_env(environ),
        )

    async def start(self) -> None:
        self._producer = create_producer(
            config=self.config,
            domain="claimx",
            worker_name="upload_worker",
            topic_key="downloads_results",
        )
        await self._producer.start()
        self._consumer = await create_consumer(
            config=self.config,
            domain="claimx",
            worker_name="upload_worker",
            topics=[CACHED],
            message_handler=self._process,
            topic_key="downloads_cached",
            options=ConsumerOptions(ordering="key", max_in_flight=self.concurrency),
        )
        await self._consumer.start()

    async def _process(self, record: PipelineMessage) -> None:
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
        await self._producer.send(RESULTS, result.encode(), key=result.media_id.encode())

    async def stop(self) -> None:
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
