import logging

from transport import PipelineMessage, create_consumer

logger = logging.getLogger(__name__)


class Poller:
    """Answers questions.

    Transport layer contract: `handle` gets one message a call; all its work is awaited before it
    returns, with no background tasks; the message is committed only after it returned, and comes again
    if it raised.
    """

    def __init__(self, config, oracle):
        self.config = config
        self.oracle = oracle

    async def start(self):
        self.consumer = await create_consumer(
            config=self.config,
            domain="claims",
            worker_name="getone_with_timeout_worker",
            topics=["claims.questions"],
            message_handler=self.handle,
            topic_key="questions",
        )
        await self.consumer.start()

    async def handle(self, question: PipelineMessage) -> None:
        await self.oracle.answer(question.key, question.value)

    async def stop(self):
        await self.consumer.stop()
