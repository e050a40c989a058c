import logging

from transport import PipelineMessage, TransportConfig, create_consumer

logger = logging.getLogger(__name__)


class Syncer:
    """Brings accounts over to the other system.

    Transport layer contract: `handle` gets one message a call; all its work is awaited before it
    returns, with no background tasks; the message is committed only after it returned, and comes again
    if it raised.
    """

    def __init__(self, config: TransportConfig, other) -> None:
        self.config = config
        self.other = other

    async def start(self) -> None:
        self.consumer = await create_consumer(
            config=self.config,
            domain="claims",
            worker_name="seek_on_error_worker",
            topics=["claims.accounts"],
            message_handler=self.handle,
            topic_key="accounts",
        )
        await self.consumer.start()

    async def handle(self, msg: PipelineMessage) -> None:
        try:
            await self.other.upsert(msg.key, msg.value)
        except ConnectionError:
            logger.warning("the other system is down, trying again")
            raise

    async def stop(self) -> None:
        await self.consumer.stop()
