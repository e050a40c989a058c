import logging

from aiokafka.errors import KafkaError

from transport import PipelineMessage, TransportConfig, create_consumer, create_producer

logger = logging.getLogger(__name__)


class Notifier:
    """Tells others of decisions.

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
            worker_name="old_errors_worker",
            topic_key="told",
        )
        await self.producer.start()
        self.consumer = await create_consumer(
            config=self.config,
            domain="claims",
            worker_name="old_errors_worker",
            topics=["claims.decisions"],
            message_handler=self.handle,
            topic_key="decisions",
        )
        await self.consumer.start()

    async def handle(self, message: PipelineMessage) -> None:
        # TODO(migration): KafkaError is of the old client, and the transport layer does not know it
        try:
            await self.producer.send("claims.told", message.value)
        except KafkaError:
            logger.error("could not tell")

    async def stop(self) -> None:
        await self.consumer.stop()
        await self.producer.stop()
