import logging

from transport import ConsumerOptions, PipelineMessage, TransportConfig, create_consumer

logger = logging.getLogger(__name__)
WORKERS = 8


class Scanner:
    """Scans files for viruses.

    Transport layer contract: `_scan` gets one message a call; all its work is awaited before it
    returns, with no background tasks; the message is committed only after it returned, and comes again
    if it raised.
    """

    def __init__(self, config: TransportConfig, clam) -> None:
        self.config = config
        self.clam = clam

    async def start(self) -> None:
        self.consumer = await create_consumer(
            config=self.config,
            domain="claims",
            worker_name="queue_between_worker",
            topics=["claims.scans"],
            message_handler=self._scan,
            topic_key="scans",
            options=ConsumerOptions(ordering="key", max_in_flight=WORKERS),
        )
        await self.consumer.start()

    async def _scan(self, message: PipelineMessage) -> None:
        verdict = await self.clam.scan(message.value)
        logger.info("%s: %s", message.key, verdict)

    async def stop(self) -> None:
        await self.consumer.stop()
