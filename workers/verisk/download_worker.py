"""Verisk downloads: fetches attachments into the cache, a batch of ten at once."""

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
from workers.downloads import CachedFile, Downloads
from workers.verisk.messages import CachedDownload, DownloadTask

PENDING = "verisk.downloads.pending"
CACHED = "verisk.downloads.cached"

log = structlog.get_logger(__name__)


class DownloadWorker:
    """Downloads Verisk attachments to the cache.

    Transport layer contract: `_process` gets one message a call; all its work is awaited before it
    returns, with no background tasks; the message is committed only after it returned, and comes again
    if it raised.
    """

    def __init__(self, environ: Mapping[str, str], downloads: Downloads) -> None:
        self.config = TransportConfig.from_env(environ)
        self.downloads = downloads
        self.consumer: Consumer | None = None
        self.producer: Producer | None = None

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        return cls(environ, Downloads.from_env(environ))

    async def start(self) -> None:
        await self.downloads.__aenter__()
        self.producer = create_producer(
            config=self.config,
            domain="verisk",
            worker_name="download_worker",
            topic_key="downloads_cached",
        )
        await self.producer.start()
        self.consumer = await create_consumer(
            config=self.config,
            domain="verisk",
            worker_name="download_worker",
            topics=[PENDING],
            message_handler=self._process,
            topic_key="downloads_pending",
            options=ConsumerOptions(ordering="key", max_in_flight=10),
        )
        await self.consumer.start()

    async def _process(self, record: PipelineMessage) -> None:
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
        await self.producer.send(CACHED, cached.encode(), key=task.media_id.encode())

    async def stop(self) -> None:
        if self.consumer is not None:
            await self.consumer.stop()
        if self.producer is not None:
            await self.producer.stop()
        await self.downloads.__aexit__(None, None, None)
