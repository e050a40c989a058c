"""iTel cabinet tracking: completed cabinet repair tasks in, their forms into two Delta tables and out."""

import asyncio
from collections.abc import Mapping
from typing import Self

import structlog

from transport import (
    Consumer,
    ConsumerOptions,
    PipelineMessage,
    Producer,
    TransportConfig,
    create_consumer,
    create_producer,
)
from workers import tracing
from workers.claimx.api import ClaimXApi
from workers.plugins.itel_cabinet_api import form
from workers.plugins.itel_cabinet_api.messages import CabinetForm
from workers.plugins.messages import TaskEvent
from workers.tables import Tables

PENDING = "itel.cabinet.pending"
COMPLETED = "itel.cabinet.completed"
CABINET_TASK = "32513"
FORMS, FORM_KEY = "itel_cabinet_forms", "assignment_id"
ATTACHMENTS, ATTACHMENT_KEY = "itel_cabinet_attachments", ("assignment_id", "media_id", "question")

log = structlog.get_logger(__name__)


class ItelCabinetTrackingWorker:
    """Fetches the forms of completed cabinet repair tasks, and keeps them.

    Reads batches of up to `max_batch_size`, and writes the tables by background tasks.

    Transport layer contract: `_process` gets one message a call; all its work is awaited before it
    returns, with no background tasks; the message is committed only after it returned, and comes again
    if it raised.
    """

    def __init__(
        self, config: TransportConfig, api: ClaimXApi, tables: Tables, max_batch_size: int = 50
    ) -> None:
        self.api = api
        self.tables = tables
        self.max_batch_size = max_batch_size
        self.config = config
        self._consumer: Consumer | None = None
        self._producer: Producer | None = None

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        return cls(
            TransportConfig.from_env(environ),
            ClaimXApi.from_env(environ),
            Tables.from_env(environ),
            max_batch_size=int(environ.get("MAX_BATCH_SIZE", "50")),
        )

    async def start(self) -> None:
        await self.api.__aenter__()
        self._producer = create_producer(
            config=self.config,
            domain="plugins",
            worker_name="itel_cabinet_tracking_worker",
            topic_key="itel_cabinet_completed",
        )
        await self._producer.start()
        self._consumer = await create_consumer(
            config=self.config,
            domain="plugins",
            worker_name="itel_cabinet_tracking_worker",
            topics=[PENDING],
            message_handler=self._process,
            topic_key="itel_cabinet_pending",
            options=ConsumerOptions(ordering="key", max_in_flight=self.max_batch_size),
        )
        await self._consumer.start()

    async def _process(self, record: PipelineMessage) -> None:
        assert self._producer is not None
        with tracing.message(record.key):
            event = TaskEvent.parse(record.value)
            if (event.task_id, event.task_status) != (CABINET_TASK, "COMPLETED"):
                log.info("no completed cabinet task", task_id=event.task_id, task_status=event.task_status)
                return
            with tracing.message(record.key, event.event_id):
                filled, media = await asyncio.gather(
                    self.api.form(event.assignment_id), self.api.media(event.project_id)
                )
                cabinets = form.read(event, filled, media)
                await self._write_tables(cabinets)
                await self._producer.send(COMPLETED, cabinets.encode(), key=event.assignment_id.encode())
                log.info("cabinet form completed", attachments=len(cabinets.attachments))

    async def _write_tables(self, cabinets: CabinetForm) -> None:
        try:
            await self.tables.merge(FORMS, [form.form_row(cabinets)], key=FORM_KEY)
            await self.tables.merge(ATTACHMENTS, form.attachment_rows(cabinets), key=ATTACHMENT_KEY)
        except Exception:
            log.exception("tables not written")
            raise

    async def stop(self) -> None:
        if self._consumer is not None:
            await self._consumer.stop()
        if self._producer is not None:
            await self._producer.stop()
        await self.api.__aexit__(None, None, None)
