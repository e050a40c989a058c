import asyncio

from transport import PipelineMessage, TransportConfig, create_consumer, create_producer


class Splitter:
    """Sends each line of a file on by itself.

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
            worker_name="gathered_sends_worker",
            topic_key="lines",
        )
        await self.producer.start()
        self.consumer = await create_consumer(
            config=self.config,
            domain="claims",
            worker_name="gathered_sends_worker",
            topics=["claims.lists"],
            message_handler=self.handle,
            topic_key="lists",
        )
        await self.consumer.start()

    async def handle(self, message: PipelineMessage) -> None:
        futures = []
        for line in message.value.splitlines():
            futures.append(self.producer.send("claims.lines", line, key=message.key))
        await asyncio.gather(*futures)

    async def stop(self) -> None:
        await self.consumer.stop()
        await self.producer.stop()
