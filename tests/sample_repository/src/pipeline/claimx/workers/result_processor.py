"""ClaimX download results."""

import logging

from pipeline.claimx.records import DEAD, RESULTS, MediaResult
from pipeline.common.deadletters import DeadLetters
from pipeline.common.records import BadRecord
from pipeline.common.staging import Staging
from pipeline.common.transport import Consumer, PipelineMessage, TransportConfig, create_consumer, create_producer

logger = logging.getLogger(__name__)

ENDS = ("completed", "failed", "failed_permanent")


class ClaimXResultProcessor:
    """Keeps the last outcome of every file.

    Transport layer contract: handle() takes one message, finishes all work before it returns (awaited, no background
    tasks), and is committed after it returned; when it raises, the message is delivered again.
    """

    def __init__(self, config: TransportConfig, staging: Staging) -> None:
        self.config = config
        self.staging = staging
        self.producer = create_producer(config=config)
        self.dead_letters = DeadLetters(self.producer, DEAD)
        self.consumer: Consumer | None = None

    async def start(self) -> None:
        await self.producer.start()
        self.consumer = await create_consumer(
            config=self.config,
            domain="claimx",
            worker_name="result_processor",
            topics=[RESULTS],
            message_handler=self.handle,
        )
        await self.consumer.start()

    async def stop(self) -> None:
        if self.consumer is not None:
            await self.consumer.stop()
        await self.producer.stop()

    async def handle(self, message: PipelineMessage) -> None:
        try:
            result = MediaResult.from_json(message.value)
        except BadRecord as error:
            await self.dead_letters.put(message, error)
            return
        if result.status not in ENDS:
            await self.dead_letters.put(message, f"{result.status} is no status")
            return
        await self.staging.upsert("claimx_downloads", [(result.media_id, result.to_dict())])
        logger.info("%s %s", result.media_id, result.status)
