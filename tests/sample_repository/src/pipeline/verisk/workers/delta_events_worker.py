"""Verisk events into xact_events."""

from pipeline.common.deadletters import DeadLetters
from pipeline.common.records import BadRecord
from pipeline.common.staging import Staging
from pipeline.common.transport import PipelineMessage, TransportConfig, create_consumer, create_producer
from pipeline.verisk.schema import Topics, XactEvent


class VeriskDeltaEventsWorker:
    """Stages xact_events.

    Transport layer contract: one message per call of _store(), all work awaited in it, no background tasks; committed
    after it returned; a message for which it raised is delivered again, and replaces its own row.
    """

    def __init__(self, config: TransportConfig, staging: Staging) -> None:
        self._config = config
        self._staging = staging
        self._producer = create_producer(config=config)
        self._consumer = None

    async def start(self) -> None:
        await self._producer.start()
        self._consumer = await create_consumer(
            config=self._config,
            domain="verisk",
            worker_name="delta_events_worker",
            topics=[Topics.RAW],
            message_handler=self._store,
        )
        await self._consumer.start()

    async def stop(self) -> None:
        if self._consumer:
            await self._consumer.stop()
        await self._producer.stop()

    async def _store(self, message: PipelineMessage) -> None:
        try:
            event = XactEvent.from_json(message.value)
        except BadRecord as error:
            await DeadLetters(self._producer, Topics.DEAD).put(message, error)
            return
        key = f"{event.traceId}/{event.type}/{event.utcDateTime}"
        await self._staging.upsert("xact_events", [(key, event.to_dict())])
