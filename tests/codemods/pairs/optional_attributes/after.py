from typing import Optional

from transport import (
    Consumer,
    PipelineMessage,
    Producer,
    TransportConfig,
    create_consumer,
    create_producer,
)


class Translator:
    """Translates comments.

    Transport layer contract: `_translate` gets one message a call; all its work is awaited before it
    returns, with no background tasks; the message is committed only after it returned, and comes again
    if it raised.
    """

    consumer: Optional[Consumer] = None
    producer: Optional[Producer] = None

    def __init__(self, config: TransportConfig, model) -> None:
        self.config = config
        self.model = model

    async def start(self) -> None:
        self.producer = create_producer(
            config=self.config,
            domain="claims",
            worker_name="optional_attributes_worker",
            topic_key="translations",
        )
        await self.producer.start()
        self.consumer = await create_consumer(
            config=self.config,
            domain="claims",
            worker_name="optional_attributes_worker",
            topics=["claims.comments"],
            message_handler=self._translate,
            topic_key="comments",
        )
        await self.consumer.start()

    async def _translate(self, record: PipelineMessage) -> None:
        translated = await self.model.translate(record.value.decode())
        await self.producer.send("claims.translations", translated.encode())

    async def stop(self) -> None:
        if self.consumer:
            await self.consumer.stop()
        if self.producer:
            await self.producer.stop()
