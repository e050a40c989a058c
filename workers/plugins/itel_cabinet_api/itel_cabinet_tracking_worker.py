"""iTel cabinet tracking: completed cabinet repair tasks in, their forms into two Delta tables and out.

This is the state before the migration: it builds its own Kafka clients, whatever PIPELINE_TRANSPORT says. It
takes a batch at a time and commits it when every message has been looked at, while the tables are still being
written in the background: rows in hand are lost when the process dies. A message that fails, for whatever
reason, is logged and gone.
"""

import asyncio
from collections.abc import Mapping
from typing import Self

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.structs import ConsumerRecord

from workers import tracing
from workers.claimx.api import ClaimXApi
from workers.plugins.itel_cabinet_api import form
from workers.plugins.itel_cabinet_api.messages import CabinetForm
from workers.plugins.messages import TaskEvent
from workers.tables import Tables

PENDING = "itel.cabinet.pending"
COMPLETED = "itel.cabinet.completed"
GROUP = "plugins-itel-cabinet-tracking-worker"
CABINET_TASK = "32513"
FORMS, FORM_KEY = "itel_cabinet_forms", "assignment_id"
ATTACHMENTS, ATTACHMENT_KEY = "itel_cabinet_attachments", ("assignment_id", "media_id", "question")

log = structlog.get_logger(__name__)


class ItelCabinetTrackingWorker:
    """Fetches the forms of completed cabinet repair tasks, and keeps them.

    Reads batches of up to `max_batch_size`, and writes the tables by background tasks.
    """

    def __init__(
        self, bootstrap_servers: str, api: ClaimXApi, tables: Tables, max_batch_size: int = 50
    ) -> None:
        self.api = api
        self.tables = tables
        self.max_batch_size = max_batch_size
        self.producer_config = {"bootstrap_servers": bootstrap_servers, "acks": "all"}
        self.consumer_config = {
            "bootstrap_servers": bootstrap_servers,
            "group_id": GROUP,
            "enable_auto_commit": False,
            "auto_offset_reset": "earliest",
            "max_poll_records": max_batch_size,
            "max_poll_interval_ms": 600_000,
        }
        self._consumer: AIOKafkaConsumer | None = None
        self._producer: AIOKafkaProducer | None = None
        self._table_writes: set[asyncio.Task[None]] = set()
        self._running = False

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        return cls(
            environ.get("KAFKA_BOOTSTRAP_SERVERS", "localhost:9092"),
            ClaimXApi.from_env(environ),
            Tables.from_env(environ),
            max_batch_size=int(environ.get("MAX_BATCH_SIZE", "50")),
        )

    async def start(self) -> None:
        await self.api.__aenter__()
        self._producer = AIOKafkaProducer(**self.producer_config)
        await self._producer.start()
        self._consumer = self._create_consumer()
        await self._consumer.start()
        self._running = True

    def _create_consumer(self) -> AIOKafkaConsumer:
        return AIOKafkaConsumer(PENDING, **self.consumer_config)

    async def run(self) -> None:
        await self._consume_loop()

    async def _consume_loop(self) -> None:
        assert self._consumer is not None
        while self._running:
            batches = await self._consumer.getmany(timeout_ms=500, max_records=self.max_batch_size)
            records = [record for batch in batches.values() for record in batch]
            if records:
                await self._process_batch(records)
                await self._consumer.commit()

    async def _process_batch(self, records: list[ConsumerRecord]) -> None:
        outcomes = await asyncio.gather(*map(self._process, records), return_exceptions=True)
        failed = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
        for error in failed:
            log.error("cabinet task failed, message skipped", exc_info=error)
        log.info("batch processed", records=len(records), failed=len(failed))

    async def _process(self, record: ConsumerRecord) -> None:
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
                write = asyncio.create_task(self._write_tables(cabinets))
                self._table_writes.add(write)
                write.add_done_callback(self._table_writes.discard)
                await self._producer.send(COMPLETED, cabinets.encode(), key=event.assignment_id.encode())
                log.info("cabinet form completed", attachments=len(cabinets.attachments))

    async def _write_tables(self, cabinets: CabinetForm) -> None:
        try:
            await self.tables.merge(FORMS, [form.form_row(cabinets)], key=FORM_KEY)
            await self.tables.merge(ATTACHMENTS, form.attachment_rows(cabinets), key=ATTACHMENT_KEY)
        except Exception:
            log.exception("tables not written")

    async def stop(self) -> None:
        self._running = False
        if self._table_writes:
            await asyncio.wait(self._table_writes, timeout=10)
        if self._consumer is not None:
            await self._consumer.stop()
        if self._producer is not None:
            await self._producer.stop()
        await self.api.__aexit__(None, None, None)
