import asyncio

from transport import PipelineMessage, create_consumer


class Buffer:
    """Posts lines when there are a hundred.

    Transport layer contract: `handle` gets one message a call; all its work is awaited before it
    returns, with no background tasks; the message is committed only after it returned, and comes again
    if it raised.
    """

    def __init__(self, config, api):
        self.config = config
        self.api = api
        self.lines = []

    async def start(self):
        self.consumer = await create_consumer(
            config=self.config,
            domain="claims",
            worker_name="kept_for_later_worker",
            topics=["claims.log"],
            message_handler=self.handle,
            topic_key="log",
        )
        await self.consumer.start()
        # TODO(migration): this begins work that no handler awaits, or keeps track of it: await it, or
        #   let it go
        self.flusher = asyncio.create_task(self.flush_often())

    async def flush_often(self):
        while True:
            await asyncio.sleep(10)
            await self.flush()

    async def flush(self):
        lines, self.lines = self.lines, []
        await self.api.post(lines)

    async def handle(self, message: PipelineMessage) -> None:
        # TODO(migration): `self.lines` keeps this for a later call, but the message is committed when
        #   the handler returns: await what makes it safe here, or use the transport layer's group
        #   commit
        self.lines.append(message.value)
        if len(self.lines) >= 100:
            await self.flush()

    async def stop(self):
        self.flusher.cancel()
        await self.consumer.stop()
