import logging

from transport import PipelineMessage, create_consumer

logger = logging.getLogger(__name__)


class Loader:
    """Loads rows, a thousand at a time.

    Transport layer contract: `handle` gets one message a call; all its work is awaited before it
    returns, with no background tasks; the message is committed only after it returned, and comes again
    if it raised.
    """

    def __init__(self, config, database):
        self.config = config
        self.database = database

    async def start(self):
        self.consumer = await create_consumer(
            config=self.config,
            domain="claims",
            worker_name="written_together_worker",
            topics=["claims.rows"],
            message_handler=self.handle,
            topic_key="rows",
        )
        await self.consumer.start()

    async def handle(self, message: PipelineMessage) -> None:
        # TODO(migration): these messages were worked on together; each call now gets one. Batch what
        #   must be written at once with the transport layer's group commit, or take one message here
        records = [message]
        if not records:
            return
        await self.database.insert_many([record.value for record in records])

    async def stop(self):
        await self.consumer.stop()
