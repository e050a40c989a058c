import logging

from transport import ConsumerOptions, PipelineMessage, TransportConfig, create_consumer

logger = logging.getLogger(__name__)


class Resizer:
    """Makes thumbnails of pictures, ten at once.

    Transport layer contract: `resize` gets one message a call; all its work is awaited before it
    returns, with no background tasks; the message is committed only after it returned, and comes again
    if it raised.
    """

    def __init__(self, config: TransportConfig, pictures) -> None:
        self.config = config
        self.pictures = pictures

    async def start(self) -> None:
        self.consumer = await create_consumer(
            config=self.config,
            domain="claims",
            worker_name="gather_over_batch_worker",
            topics=["claims.pictures"],
            message_handler=self.resize,
            topic_key="pictures",
            options=ConsumerOptions(ordering="key", max_in_flight=10),
        )
        await self.consumer.start()

    async def resize(self, record: PipelineMessage) -> None:
        picture = await self.pictures.get(record.value.decode())
        await self.pictures.put(picture.thumbnail(128))

    async def stop(self) -> None:
        await self.consumer.stop()
