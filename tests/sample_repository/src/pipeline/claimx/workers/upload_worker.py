"""ClaimX uploads: from the cache to OneLake."""

import asyncio
import logging
import os
from pathlib import Path

from aiokafka import AIOKafkaProducer

from pipeline.claimx import consumers
from pipeline.claimx.records import CACHED, RESULTS, CachedMedia, MediaResult
from pipeline.common.files import store, store_dir
from pipeline.common.records import BadRecord

logger = logging.getLogger(__name__)


class ClaimXUploadWorker:
    """Uploads cached media and reports what became of each file. Offsets are committed by a timer."""

    def __init__(self, target: Path | None = None) -> None:
        self._target = target or store_dir()
        self._consumer = None
        self._producer = None
        self._uploads: list[asyncio.Task] = []
        self._loop: asyncio.Task | None = None

    async def start(self) -> None:
        self._producer = AIOKafkaProducer(bootstrap_servers=os.getenv("KAFKA_BOOTSTRAP_SERVERS", "localhost:9092"))
        await self._producer.start()
        self._consumer = consumers.create_consumer(
            CACHED, "claimx-upload-worker", auto_commit=True, max_poll_records=100
        )
        await self._consumer.start()
        self._loop = asyncio.create_task(self._consume_loop())

    async def _consume_loop(self) -> None:
        async for message in self._consumer:
            self._uploads.append(asyncio.ensure_future(self._handle_message(message)))
            self._uploads = [upload for upload in self._uploads if not upload.done()]

    async def _handle_message(self, message) -> None:
        try:
            cached = CachedMedia.from_json(message.value)
        except BadRecord as error:
            logger.error("Skipped: %s", error)
            return
        result = await self._upload(cached)
        await self._producer.send_and_wait(RESULTS, result.to_json(), key=cached.media_id.encode())
        logger.info("%s: %s", cached.media_id, result.status)

    async def _upload(self, cached: CachedMedia) -> MediaResult:
        try:
            size = await store(Path(cached.local_cache_path), self._target, cached.blob_path)
        except (OSError, ValueError) as error:
            return MediaResult(cached.media_id, cached.blob_path, "failed", error_message=str(error))
        return MediaResult(cached.media_id, cached.blob_path, "completed", bytes_uploaded=size)

    async def stop(self) -> None:
        if self._loop is not None:
            self._loop.cancel()
        await asyncio.gather(*self._uploads, return_exceptions=True)
        if self._consumer is not None:
            await self._consumer.stop()
        if self._producer is not None:
            await self._producer.stop()
