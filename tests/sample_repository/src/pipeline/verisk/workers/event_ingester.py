"""Verisk ingestion."""

import hashlib
import logging

from pipeline.common.deadletters import DeadLetters
from pipeline.common.records import BadRecord
from pipeline.common.transport import PipelineMessage, TransportConfig, create_consumer, create_producer
from pipeline.verisk.schema import Topics, XactEvent

logger = logging.getLogger(__name__)


class VeriskEventIngester:
    """Checks events and hands them to enrichment.

    Transport layer contract: on_message() gets one message a call and awaits all it does, so there are no
    background tasks; the message is committed only after it returned. If it raises, the message comes again.
    """

    def __init__(self, config: TransportConfig) -> None:
        self.config = config
        self.producer = create_producer(config=config)
        self.dead_letters = DeadLetters(self.producer, Topics.DEAD)
        self.consumer = None
        self._known: dict[str, None] = {}

    async def start(self) -> None:
        await self.producer.start()
        self.consumer = await create_consumer(
            config=self.config,
            domain="verisk",
            worker_name="event_ingester",
            topics=[Topics.RAW],
            message_handler=self.on_message,
        )
        await self.consumer.start()

    async def stop(self) -> None:
        if self.consumer:
            await self.consumer.stop()
        await self.producer.stop()

    async def on_message(self, message: PipelineMessage) -> None:
        try:
            event = XactEvent.from_json(message.value)
            event.details()
        except BadRecord as error:
            return await self.dead_letters.put(message, error)
        fingerprint = hashlib.sha1(event.to_json()).hexdigest()
        if fingerprint in self._known:
            return None
        await self.producer.send(Topics.ENRICHMENT, event.to_json(), key=event.traceId.encode())
        self._known[fingerprint] = None
        if len(self._known) > 10_000:
            del self._known[next(iter(self._known))]
        return None
