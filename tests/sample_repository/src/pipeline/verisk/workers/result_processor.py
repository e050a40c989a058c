"""What became of the Verisk attachments."""

from pipeline.common.deadletters import DeadLetters
from pipeline.common.records import BadRecord
from pipeline.common.staging import Staging
from pipeline.common.transport import PipelineMessage, TransportConfig, create_consumer, create_producer
from pipeline.verisk.schema import AttachmentResult, Topics

TABLES = {
    "completed": ["xact_attachments"],
    "failed": ["xact_attachments"],
    "failed_permanent": ["xact_attachments", "xact_attachments_failed"],
}


class VeriskResultProcessor:
    """Stages outcomes; permanent failures are kept in a table of their own as well.

    Transport layer contract: each call gets one message and awaits all its work, without background tasks. The
    message is committed after the call has returned, and comes again if the call raised.
    """

    def __init__(self, config: TransportConfig, staging: Staging) -> None:
        self.config = config
        self.staging = staging
        self.producer = create_producer(config=config)
        self.consumer = None

    async def start(self) -> None:
        await self.producer.start()
        self.consumer = await create_consumer(
            config=self.config,
            domain="verisk",
            worker_name="result_processor",
            topics=[Topics.RESULTS],
            message_handler=self.record_result,
        )
        await self.consumer.start()

    async def stop(self) -> None:
        if self.consumer:
            await self.consumer.stop()
        await self.producer.stop()

    async def record_result(self, message: PipelineMessage) -> None:
        try:
            result = AttachmentResult.from_json(message.value)
            tables = TABLES[result.status]
        except (BadRecord, KeyError) as error:
            await DeadLetters(self.producer, Topics.DEAD).put(message, error)
            return
        for table in tables:
            await self.staging.upsert(table, [(result.media_id, result.to_dict())])
