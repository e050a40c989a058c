"""ClaimX downloads: fetches media into the cache, ten at a time."""

from collections.abc import Mapping
from datetime import UTC, datetime
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
from workers.claimx.api import ClaimXApi
from workers.claimx.messages import CachedDownload, DownloadTask
from workers.downloads import CachedFile, Downloads
from workers.errors import ApiRefusedError, UrlExpiredError

PENDING = "claimx.downloads.pending"
CACHED = "claimx.downloads.cached"

log = structlog.get_logger(__name__)


class DownloadWorker:
    """Downloads ClaimX media to the cache.

    Transport layer contract: `_process` gets one message a call; all its work is awaited before it
    returns, with no background tasks; the message is committed only after it returned, and comes again
    if it raised.
    """

    def __init__(
        self,
        config: TransportConfig,
        api: ClaimXApi,
        downloads: Downloads,
        concurrency: int = 10,
    ) -> None:
        self.config = config
        self.api = api
        self.downloads = downloads
        self._consumer: Consumer | None = None
        self._producer: Producer | None = None
        self._concurrency = concurrency

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        return cls(
            TransportConfig.from_env(environ),
            ClaimXApi.from_env(environ),
            Downloads.from_env(environ),
        )

    async def start(self) -> None:
        await self.api.__aenter__()
        await self.downloads.__aenter__()
        self._producer = create_producer(
            config=self.config,
            domain="claimx",
            worker_name="download_worker",
            topic_key="downloads_cached",
        )
        await self._producer.start()
        self._consumer = await create_consumer(
            config=self.config,
            domain="claimx",
            worker_name="download_worker",
            topics=[PENDING],
            message_handler=self._process,
            topic_key="downloads_pending",
            options=ConsumerOptions(ordering="key", max_in_flight=self._concurrency),
        )
        await self._consumer.start()

    async def _process(self, record: PipelineMessage) -> None:
        with tracing.message(record.key):
            try:
                task = DownloadTask.parse(record.value)
                with tracing.message(record.key, task.source_event_id):
                    task, file = await self._fetch(task)
                    await self._send_cached(task, file)
                    log.info("media cached", bytes=file.size)
            except Exception:
                log.exception("download failed")
                raise

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
        await self._producer.send(CACHED, cached.encode(), key=task.media_id.encode())

    async def stop(self) -> None:
        if self._consumer is not None:
            await self._consumer.stop()
        if self._producer is not None:
            await self._producer.stop()
        await self.downloads.__aexit__(None, None, None)
        await self.api.__aexit__(None, None, None)
