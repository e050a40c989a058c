from transport import PipelineMessage, TransportConfig, create_consumer


class Counter:
    """Counts events by type.

    Transport layer contract: `handle` gets one message a call; all its work is awaited before it
    returns, with no background tasks; the message is committed only after it returned, and comes again
    if it raised.
    """

    def __init__(self, counts, config=None):
        self.counts = counts
        self.config = config or TransportConfig.from_env()
        self.consumer = None

    async def start(self):
        self.consumer = await create_consumer(
            config=self.config,
            domain="claims",
            worker_name="built_in_init_worker",
            topics=["claims.events"],
            message_handler=self.handle,
            topic_key="events",
        )
        await self.consumer.start()

    async def handle(self, event: PipelineMessage) -> None:
        await self.counts.add(event.key)

    async def stop(self):
        await self.consumer.stop()
