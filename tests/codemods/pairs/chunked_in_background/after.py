from transport import PipelineMessage, create_consumer


class Enricher:
    """Enriches claims, a batch in the background.

    Transport layer contract: `handle` gets one message a call; all its work is awaited before it
    returns, with no background tasks; the message is committed only after it returned, and comes again
    if it raised.
    """

    def __init__(self, config, api):
        self.config = config
        self.api = api

    async def start(self):
        self.consumer = await create_consumer(
            config=self.config,
            domain="claims",
            worker_name="chunked_in_background_worker",
            topics=["claims.enrichment"],
            message_handler=self.handle,
            topic_key="enrichment",
        )
        await self.consumer.start()

    async def handle(self, record: PipelineMessage) -> None:
        await self.api.enrich(record.value)

    async def stop(self):
        await self.consumer.stop()
