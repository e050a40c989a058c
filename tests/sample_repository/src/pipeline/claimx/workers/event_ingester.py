"""ClaimX ingestion."""

import logging
from collections import deque

from pipeline.claimx.records import DEAD, EVENTS, TO_ENRICH, ClaimXEvent
from pipeline.common.deadletters import DeadLetters
from pipeline.common.records import BadRecord
from pipeline.common.transport import Consumer, PipelineMessage, TransportConfig, create_consumer, create_producer

logger = logging.getLogger(__name__)

REMEMBERED = 20_000


class ClaimXEventIngester:
    """Lets valid events through to enrichment, each once.

    Transport layer contract: handle_event() gets one message, all its work is awaited before it returns (there are no
    background tasks), and the message is committed after that. If it raises, the message comes again.
    """

    def __init__(self, config: TransportConfig) -> None:
        self.config = config
        self.producer = create_producer(config=config)
        self.dead_letters = DeadLetters(self.producer, DEAD)
        self.recent: deque[str] = deque(maxlen=REMEMBERED)
        self.consumer: Consumer | None = None

    async def start(self) -> None:
        await self.producer.start()
        self.consumer = await create_consumer(
            config=self.config,
            domain="claimx",
            worker_name="event_ingester",
            topics=[EVENTS],
            message_handler=self.handle_event,
        )
        await self.consumer.start()

    async def stop(self) -> None:
        if self.consumer is not None:
            await self.consumer.stop()
        await self.producer.stop()

    async def handle_event(self, message: PipelineMessage) -> None:
        try:
            event = ClaimXEvent.from_json(message.value)
        except BadRecord as error:
            await self.dead_letters.put(message, error)
            return
        if event.event_id in self.recent:
            logger.info("%s was here before", event.event_id)
            return
        await self.producer.send(TO_ENRICH, event.to_json(), key=event.event_id.encode())
        self.recent.append(event.event_id)
