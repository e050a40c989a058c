import logging

from transport import PipelineMessage, TransportConfig, create_consumer, create_producer

logger = logging.getLogger(__name__)


class Mirror:
    """Copies messages, partition by partition.

    Transport layer contract: `handle` gets one message a call; all its work is awaited before it
    returns, with no background tasks; the message is committed only after it returned, and comes again
    if it raised.
    """

    def __init__(self, config: TransportConfig) -> None:
        self.config = config

    async def start(self) -> None:
        self.producer = create_producer(
            config=self.config,
            domain="claims",
            worker_name="partition_and_metadata_worker",
            topic_key="copy",
        )
        await self.producer.start()
        self.consumer = await create_consumer(
            config=self.config,
            domain="claims",
            worker_name="partition_and_metadata_worker",
            topics=["claims.source"],
            message_handler=self.handle,
            topic_key="source",
        )
        await self.consumer.start()

    async def handle(self, message: PipelineMessage) -> None:
        # TODO(migration): send() takes no partition: the key decides about the partition
        # TODO(migration): send() gives nothing back: partition and offset are not told
        sent = await self.producer.send("claims.copy", message.value, headers=message.headers)
        logger.info("copied to %d", sent.offset)

    async def stop(self) -> None:
        await self.consumer.stop()
        await self.producer.stop()
