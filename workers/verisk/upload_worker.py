"""Verisk uploads: cached attachments in; the files in the store, and what became of each, out."""

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
from workers.errors import StorageRefusedError
from workers.messages import reason
from workers.uploads import Uploads
from workers.verisk.messages import CachedDownload, DownloadResult, Status

DOMAIN = "verisk"
NAME = "upload_worker"
CACHED = "verisk.downloads.cached"
RESULTS = "verisk.downloads.results"
UPLOADS = 10
"""Attachments that are uploaded at a time."""

log = structlog.get_logger(__name__)


class UploadWorker:
    """Uploads cached Verisk attachments, and writes a message about what became of each.

    Transport layer contract: `handle` gets one message a call; all its work is awaited before it returns,
    with no background tasks; the message is committed only after it returned, and comes again if it raised.
    A malformed message raises PermanentError and goes to the dead letters. An attachment that can never be
    uploaded is a result, `failed_permanent`; a store that does not answer is none, and the message comes
    again. A repeated message finds its file in the store and gives the same result.
    """

    def __init__(self, config: TransportConfig, uploads: Uploads) -> None:
        self._config = config
        self._uploads = uploads
        self._open = AsyncExitStack()
        self._producer = create_producer(
            config=config, domain=DOMAIN, worker_name=NAME, topic_key="downloads_results"
        )

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """The worker as the environment configures it."""
        return cls(TransportConfig.from_env(environ), Uploads.from_env(environ))

    async def start(self) -> None:
        """Connect, and begin to consume."""
        self._open.push_async_callback(self._producer.stop)
        await self._producer.start()
        consumer = await create_consumer(
            config=self._config,
            domain=DOMAIN,
            worker_name=NAME,
            topics=[CACHED],
            message_handler=self.handle,
            topic_key="downloads_cached",
            options=ConsumerOptions(ordering="key", max_in_flight=UPLOADS),
        )
        self._open.push_async_callback(consumer.stop)
        await consumer.start()

    async def stop(self) -> None:
        """Let running handlers finish, commit, and disconnect, in the reverse order of starting."""
        await self._open.aclose()

    async def handle(self, message: PipelineMessage) -> None:
        """Upload one attachment; its file leaves the cache once its result is written."""
        with tracing.message(message.key):
            try:
                cached = CachedDownload.parse(message.value)
            except ValidationError as error:
                raise PermanentError(f"not a cached download: {reason(error)}") from None
            with tracing.message(message.key, cached.trace_id):
                result = await self._upload(cached)
                await self._producer.send(RESULTS, result.encode(), key=result.media_id.encode())
                if result.status is Status.COMPLETED:
                    await self._uploads.clear(cached.local_cache_path, cached.destination_path)
                log.info("attachment uploaded", status=result.status, bytes=result.bytes_uploaded)

    async def _upload(self, cached: CachedDownload) -> DownloadResult:
        try:
            uploaded = await self._uploads.put(
                cached.local_cache_path, cached.destination_path, cached.bytes_downloaded
            )
        except StorageRefusedError as error:
            return _result(cached, Status.FAILED_PERMANENT, error=str(error))
        return _result(cached, Status.COMPLETED, uploaded=uploaded)


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
