"""ClaimX events into claimx_events."""

from pipeline.claimx.records import DEAD, EVENTS, ClaimXEvent
from pipeline.common import transport
from pipeline.common.deadletters import DeadLetters
from pipeline.common.records import BadRecord
from pipeline.common.staging import Staging


class ClaimXDeltaEventsWorker:
    """Stages a row for each event.

    Transport layer contract: process() is given one message at a time, awaits all work (no background tasks), and
    the message is committed only after process() has returned; raising brings it back.
    """

    TABLE = "claimx_events"

    def __init__(self, config: transport.TransportConfig, staging: Staging) -> None:
        self.config = config
        self.staging = staging
        self.producer = transport.create_producer(config=config)
        self.dead_letters = DeadLetters(self.producer, DEAD)
        self.consumer: transport.Consumer | None = None

    async def start(self) -> None:
        await self.producer.start()
        self.consumer = await transport.create_consumer(
            config=self.config,
            domain="claimx",
            worker_name="delta_events_worker",
            topics=[EVENTS],
            message_handler=self.process,
        )
        await self.consumer.start()

    async def process(self, message: transport.PipelineMessage) -> None:
        try:
            event = ClaimXEvent.from_json(message.value)
        except BadRecord as error:
            await self.dead_letters.put(message, error)
        else:
            await self.staging.upsert(self.TABLE, [(event.event_id, event.to_dict())])

    async def stop(self) -> None:
        if self.consumer is not None:
            await self.consumer.stop()
        await self.producer.stop()
