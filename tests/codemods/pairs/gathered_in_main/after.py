import asyncio

from transport import PipelineMessage, TransportConfig, create_consumer


class Bridge:
    """Takes messages over to a web socket.

    Transport layer contract: `handle` gets one message a call; all its work is awaited before it
    returns, with no background tasks; the message is committed only after it returned, and comes again
    if it raised.
    """

    def __init__(self, config=None):
        self.config = config or TransportConfig.from_env()
        self.clients = set()

    async def run(self):
        consumer = await create_consumer(
            config=self.config,
            domain="claims",
            worker_name="gathered_in_main_worker",
            topics=["claims.live"],
            message_handler=self.handle,
            topic_key="live",
        )
        await consumer.start()
        try:
            await asyncio.Event().wait()  # until cancelled
        finally:
            await consumer.stop()

    async def handle(self, message: PipelineMessage) -> None:
        for client in self.clients:
            await client.send(message.value)

    async def serve(self, server):
        await server.serve_forever()


async def main(bridge, server):
    await asyncio.gather(bridge.run(), bridge.serve(server))
