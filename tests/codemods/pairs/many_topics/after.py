import logging

from transport import PipelineMessage, TransportConfig, create_consumer

TOPICS = ["claims.created", "claims.closed"]
logger = logging.getLogger(__name__)


class Audit:
    """Writes down what happens to claims.

    Transport layer contract: `handle` gets one message a call; all its work is awaited before it
    returns, with no background tasks; the message is committed only after it returned, and comes again
    if it raised.
    """

    def __init__(self, config: TransportConfig, log) -> None:
        self.config = config
        self.log = log

    async def start(self) -> None:
        self.consumer = await create_consumer(
            config=self.config,
            domain="claims",
            worker_name="many_topics_worker",
            topics=TOPICS,
            message_handler=self.handle,
        )
        await self.consumer.start()
        logger.info("reading %s", TOPICS)

    async def handle(self, msg: PipelineMessage) -> None:
        if msg.topic == "claims.created":
            await self.log.created(msg.value)
        else:
            await self.log.closed(msg.value)

    async def stop(self) -> None:
        await self.consumer.stop()
