from transport import Consumer, PipelineMessage, TransportConfig, create_consumer

TOPIC = "claims.files"


class Archiver:
    """Keeps files.

    Transport layer contract: `handle` gets one message a call; all its work is awaited before it
    returns, with no background tasks; the message is committed only after it returned, and comes again
    if it raised.
    """

    def __init__(self, archive) -> None:
        self.config = TransportConfig.from_env()
        self.archive = archive
        self.consumer: Consumer | None = None

    async def start(self) -> None:
        self.consumer = await create_consumer(
            config=self.config,
            domain="claims",
            worker_name="kwargs_dict_worker",
            topics=[TOPIC],
            message_handler=self.handle,
            topic_key="files",
        )
        await self.consumer.start()

    async def handle(self, file: PipelineMessage) -> None:
        await self.archive.keep(file.key, file.value)

    async def stop(self) -> None:
        if self.consumer is not None:
            await self.consumer.stop()
