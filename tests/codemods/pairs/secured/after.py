from transport import PipelineMessage, TransportConfig, create_consumer


class Reader:
    """Reads letters.

    Transport layer contract: `handle` gets one message a call; all its work is awaited before it
    returns, with no background tasks; the message is committed only after it returned, and comes again
    if it raised.
    """

    def __init__(self, letters):
        self.letters = letters

    async def start(self):
        # TODO(migration): the group was self.settings.group and is claims-secured-worker now: move its
        #   positions, or keep the old group
        # TODO(migration): a new group began with the latest message; now it begins with the oldest
        # TODO(migration): security_protocol, ssl_context: put this into the transport layer's
        #   configuration
        self.consumer = await create_consumer(
            config=TransportConfig.from_env(),
            domain="claims",
            worker_name="secured_worker",
            topics=["claims.letters"],
            message_handler=self.handle,
            topic_key="letters",
        )
        await self.consumer.start()

    async def handle(self, letter: PipelineMessage) -> None:
        await self.letters.read(letter.value)

    async def stop(self):
        await self.consumer.stop()
