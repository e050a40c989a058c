import logging

from transport import PipelineMessage, TransportConfig, create_consumer

log = logging.getLogger(__name__)


class Indexer:
    """Indexes documents.

    Transport layer contract: `handle` gets one message a call; all its work is awaited before it
    returns, with no background tasks; the message is committed only after it returned, and comes again
    if it raised.
    """

    def __init__(self, config: TransportConfig, index) -> None:
        self._config = config
        self._index = index

    async def start(self) -> None:
        self._consumer = await create_consumer(
            config=self._config,
            domain="claims",
            worker_name="getmany_batches_worker",
            topics=["claims.documents"],
            message_handler=self.handle,
            topic_key="documents",
        )
        await self._consumer.start()

    async def handle(self, message: PipelineMessage) -> None:
        await self._index.add(message.key, message.value)

    async def stop(self) -> None:
        await self._consumer.stop()
