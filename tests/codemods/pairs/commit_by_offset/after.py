from transport import PipelineMessage, create_consumer


class Ledger:
    """Books payments.

    Transport layer contract: `handle` gets one message a call; all its work is awaited before it
    returns, with no background tasks; the message is committed only after it returned, and comes again
    if it raised.
    """

    def __init__(self, config, books):
        self.config = config
        self.books = books

    async def start(self):
        self.consumer = await create_consumer(
            config=self.config,
            domain="claims",
            worker_name="commit_by_offset_worker",
            topics=["claims.payments"],
            message_handler=self.handle,
            topic_key="payments",
        )
        await self.consumer.start()

    async def handle(self, msg: PipelineMessage) -> None:
        await self.books.enter(msg.value)

    async def stop(self):
        await self.consumer.stop()
