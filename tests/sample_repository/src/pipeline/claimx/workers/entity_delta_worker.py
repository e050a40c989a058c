"""ClaimX entities into their tables."""

from pipeline.claimx.records import DEAD, ENTITIES, EntityRows
from pipeline.common.deadletters import DeadLetters
from pipeline.common.records import BadRecord
from pipeline.common.staging import Row, Staging
from pipeline.common.transport import (
    Consumer,
    PipelineMessage,
    TransportConfig,
    create_consumer,
    create_producer,
)

KEYS = {"projects": "projectId", "media": "mediaId", "tasks": "assignmentId"}


class EntityDeltaWorker:
    """Stages each entity in the table of its kind.

    Transport layer contract: one message a call, all work awaited, no background tasks; a message is committed after
    the handler returned, otherwise it comes again. A message of which only some tables were written is written again.
    """

    def __init__(self, config: TransportConfig, staging: Staging) -> None:
        self.config = config
        self.staging = staging
        self.producer = create_producer(config=config)
        self.consumer: Consumer | None = None

    async def start(self) -> None:
        await self.producer.start()
        self.consumer = await create_consumer(
            config=self.config,
            domain="claimx",
            worker_name="entity_delta_worker",
            topics=[ENTITIES],
            message_handler=self._on_rows,
        )
        await self.consumer.start()

    async def stop(self) -> None:
        if self.consumer is not None:
            await self.consumer.stop()
        await self.producer.stop()

    async def _on_rows(self, message: PipelineMessage) -> None:
        try:
            found = EntityRows.from_json(message.value)
            tables = {f"claimx_{kind}": _keyed(getattr(found, kind), key) for kind, key in KEYS.items()}
        except BadRecord as error:
            await DeadLetters(self.producer, DEAD).put(message, error)
            return
        for table, rows in tables.items():
            if rows:
                await self.staging.upsert(table, rows)


def _keyed(rows: list[dict], key: str) -> list[Row]:
    try:
        return [(row[key], row) for row in rows]
    except (KeyError, TypeError):
        raise BadRecord(f"a row without {key}") from None
