"""What the ClaimX API said, as rows of seven Delta tables."""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Self

import structlog
from pydantic import ValidationError

from transport import ConsumerOptions, PermanentError, PipelineMessage, TransportConfig, create_consumer
from workers import tracing
from workers.claimx.entity_tables import NEWEST, by_table
from workers.claimx.messages import EntityRows
from workers.messages import reason
from workers.tables import Tables

DOMAIN = "claimx"
NAME = "entity_delta_worker"
ROWS = "claimx.entities.rows"

log = structlog.get_logger(__name__)


class EntityDeltaWorker:
    """Writes entity rows to the Delta tables they belong to.

    Transport layer contract: `handle` gets one message a call; all its work is awaited before it returns,
    with no background tasks; the message is committed only after it returned, and comes again if it raised.
    Malformed rows raise PermanentError and go to the dead letters. Rows are merged on the entity's id, and
    what an older event told replaces nothing newer, so repeats do no harm; nor does a message of which only
    some tables were written before it came again.
    """

    def __init__(self, config: TransportConfig, tables: Tables) -> None:
        self._config = config
        self._tables = tables
        self._open = AsyncExitStack()

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """The worker as the environment configures it."""
        return cls(TransportConfig.from_env(environ), Tables.from_env(environ))

    async def start(self) -> None:
        """Connect, and begin to consume."""
        consumer = await create_consumer(
            config=self._config,
            domain=DOMAIN,
            worker_name=NAME,
            topics=[ROWS],
            message_handler=self.handle,
            topic_key="entities_rows",
            options=ConsumerOptions(ordering="key"),
        )
        self._open.push_async_callback(consumer.stop)
        await consumer.start()

    async def stop(self) -> None:
        """Let running handlers finish, commit, and disconnect."""
        await self._open.aclose()

    async def handle(self, message: PipelineMessage) -> None:
        """Write what one event led to."""
        with tracing.message(message.key):
            try:
                rows = EntityRows.parse(message.value)
            except ValidationError as error:
                raise PermanentError(f"not entity rows: {reason(error)}") from None
            with tracing.message(message.key, rows.event_id):
                written = {}
                for table, entities in by_table(rows):
                    await self._tables.merge(table.name, entities, key=table.key, newest=NEWEST)
                    written[table.name] = len(entities)
                log.info("rows written", event_type=rows.event_type, rows=written)
