"""Verisk downloads: tasks in; the attachments in the cache, and a message about each, out."""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Self

import structlog
from pydantic import ValidationError

from transport import (
    ConsumerOptions,
    PermanentError,
    PipelineMessage,
    TransportConfig,
    create_consumer,
    create_producer,
)
from workers import tracing
from workers.downloads import CachedFile, Downloads
from workers.errors import DownloadRefusedError, UrlExpiredError
from workers.messages import reason
from workers.verisk.messages import CachedDownload, DownloadTask

DOMAIN = "verisk"
NAME = "download_worker"
PENDING = "verisk.downloads.pending"
CACHED = "verisk.downloads.cached"
DOWNLOADS = 10
"""Attachments that are fetched at a time."""

log = structlog.get_logger(__name__)


class DownloadWorker:
    """Downloads Verisk attachments to the cache.

    Transport layer contract: `handle` gets one message a call; all its work is awaited before it returns,
    with no background tasks; the message is committed only after it returned, and comes again if it raised.
    A malformed task, an attachment that must not be fetched, and a link that expired (nobody can be asked for
    another) raise PermanentError and go to the dead letters. A repeated task puts the same file in the same
    place.
    """

    def __init__(self, config: TransportConfig, downloads: Downloads) -> None:
        self._config = config
        self._downloads = downloads
        self._open = AsyncExitStack()
        self._producer = create_producer(
            config=config, domain=DOMAIN, worker_name=NAME, topic_key="downloads_cached"
        )

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """The worker as the environment configures it."""
        return cls(TransportConfig.from_env(environ), Downloads.from_env(environ))

    async def start(self) -> None:
        """Connect, and begin to consume."""
        await self._open.enter_async_context(self._downloads)
        self._open.push_async_callback(self._producer.stop)
        await self._producer.start()
        consumer = await create_consumer(
            config=self._config,
            domain=DOMAIN,
            worker_name=NAME,
            topics=[PENDING],
            message_handler=self.handle,
            topic_key="downloads_pending",
            options=ConsumerOptions(ordering="key", max_in_flight=DOWNLOADS),
        )
        self._open.push_async_callback(consumer.stop)
        await consumer.start()

    async def stop(self) -> None:
        """Let running handlers finish, commit, and disconnect, in the reverse order of starting."""
        await self._open.aclose()

    async def handle(self, message: PipelineMessage) -> None:
        """Fetch one attachment."""
        with tracing.message(message.key):
            try:
                task = DownloadTask.parse(message.value)
            except ValidationError as error:
                raise PermanentError(f"not a download task: {reason(error)}") from None
            with tracing.message(message.key, task.trace_id):
                try:
                    file = await self._downloads.fetch(task.attachment_url, task.blob_path)
                except (DownloadRefusedError, UrlExpiredError) as error:
                    raise PermanentError(str(error)) from error
                await self._producer.send(CACHED, _cached(task, file).encode(), key=task.media_id.encode())
                log.info("attachment cached", bytes=file.size)


def _cached(task: DownloadTask, file: CachedFile) -> CachedDownload:
    return CachedDownload(
        **task.model_dump(),
        destination_path=task.blob_path,
        local_cache_path=str(file.path),
        bytes_downloaded=file.size,
        content_type=file.content_type,
        downloaded_at=datetime.now(UTC),
    )
