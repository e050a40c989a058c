from transport import PipelineMessage, TransportConfig, create_consumer


class Pinger:
    """Pinger.

    Transport layer contract: `handle` gets one message a call; all its work is awaited before it
    returns, with no background tasks; the message is committed only after it returned, and comes again
    if it raised.
    """

    def __init__(self, client):
        self.client = client

    async def start(self):
        self.consumer = await create_consumer(
            config=TransportConfig.from_env(),
            domain="claims",
            worker_name="getone_loop_worker",
            topics=["claims.hosts"],
            message_handler=self.handle,
            topic_key="hosts",
        )
        await self.consumer.start()

    async def handle(self, message: PipelineMessage) -> None:
        await self.client.ping(message.value.decode())

    async def stop(self):
        await self.consumer.stop()
