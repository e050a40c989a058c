"""ClaimX downloads: decides for each download task where its file goes."""

import json
import logging
import posixpath

from pipeline.common.transport import PipelineMessage, TransportConfig, create_consumer, create_producer

logger = logging.getLogger(__name__)

PENDING = "claimx.downloads.pending"
RESULTS = "claimx.downloads.results"


class ClaimXDownloadWorker:
    """Answers each download task with a result.

    Transport layer contract: the handler is called for one message, awaits all its work (no background tasks), and the
    message is committed after it has returned. If it raises, the message comes again.
    """

    def __init__(self, config: TransportConfig) -> None:
        self.config = config
        self.producer = create_producer(config=config)
        self.consumer = None

    async def start(self) -> None:
        await self.producer.start()
        self.consumer = await create_consumer(
            config=self.config,
            domain="claimx",
            worker_name="download_worker",
            topics=[PENDING],
            message_handler=self.handle,
        )
        await self.consumer.start()

    async def stop(self) -> None:
        if self.consumer is not None:
            await self.consumer.stop()
        await self.producer.stop()

    async def handle(self, message: PipelineMessage) -> None:
        result = self._result(message.value)
        await self.producer.send(RESULTS, json.dumps(result).encode(), key=message.key)
        logger.info("%s: %s", result["media_id"], result["status"])

    def _result(self, value: bytes | None) -> dict[str, str | None]:
        """Repeating it gives the same result; a task that can never succeed is answered, not retried."""
        media_id = None
        try:
            task = json.loads(value or b"")
            media_id = task["media_id"]
            name = posixpath.basename(task["file_name"])
            blob_path = f"claimx/{task['project_id']}/{media_id}/{name}"
        except (ValueError, KeyError, TypeError) as error:
            return {"media_id": media_id, "status": "failed_permanent", "error_message": repr(error)}
        return {"media_id": media_id, "status": "accepted", "blob_path": blob_path}
