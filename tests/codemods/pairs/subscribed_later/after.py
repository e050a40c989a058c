from transport import PipelineMessage, TransportConfig, create_consumer, create_producer


class Router:
    """Sends each message on to where its header says.

    Transport layer contract: `handle` gets one message a call; all its work is awaited before it
    returns, with no background tasks; the message is committed only after it returned, and comes again
    if it raised.
    """

    def __init__(self, routes: dict[str, str], config: TransportConfig):
        self.routes = routes
        self.config = config

    async def start(self):
        self.producer = create_producer(
            config=self.config,
            domain="claims",
            worker_name="subscribed_later_worker",
        )
        await self.producer.start()
        self.consumer = await create_consumer(
            config=self.config,
            domain="claims",
            worker_name="subscribed_later_worker",
            topics=["claims.inbox", "claims.retries"],
            message_handler=self.handle,
        )
        await self.consumer.start()

    async def handle(self, message: PipelineMessage) -> None:
        headers = dict(message.headers)
        target = self.routes[headers["route"].decode()]
        await self.producer.send(target, message.value, key=message.key, headers=message.headers)

    async def stop(self):
        await self.consumer.stop()
        await self.producer.stop()
