"""iTel cabinet tracking: forms into the staging tables, and on to the API worker."""

import asyncio
import logging
import os

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from pipeline.common.claimx_api import ClaimXApi
from pipeline.common.staging import Staging
from pipeline.plugins.itel_cabinet_api.forms import COMPLETED, CabinetForm, form
from pipeline.plugins.shared.routing import CABINETS_PENDING, PluginTask

logger = logging.getLogger(__name__)


class ItelCabinetTrackingWorker:
    """Handles batches; rows are written on the side so that the batch is not held up."""

    def __init__(self, api: ClaimXApi, staging: Staging, max_poll_records: int = 25) -> None:
        self.api = api
        self.staging = staging
        self.max_poll_records = max_poll_records
        self.bootstrap_servers = os.getenv("KAFKA_BOOTSTRAP_SERVERS", "localhost:9092")
        self._consumer: AIOKafkaConsumer | None = None
        self._producer: AIOKafkaProducer | None = None
        self._consumer_task: asyncio.Task | None = None
        self._row_writes: list[asyncio.Task] = []
        self._running = False

    async def start(self) -> None:
        await self.api.open()
        self._producer = AIOKafkaProducer(bootstrap_servers=self.bootstrap_servers, acks="all")
        await self._producer.start()
        self._consumer = AIOKafkaConsumer(
            CABINETS_PENDING,
            bootstrap_servers=self.bootstrap_servers,
            group_id="plugins-itel-cabinet-tracking-worker",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_poll_records=self.max_poll_records,
            max_poll_interval_ms=600_000,
        )
        await self._consumer.start()
        self._running = True
        self._consumer_task = asyncio.create_task(self._consume_loop())

    async def _consume_loop(self) -> None:
        while self._running:
            batches = await self._consumer.getmany(timeout_ms=500, max_records=self.max_poll_records)
            for _, records in batches.items():
                await self._process_batch(records)
            if batches:
                await self._consumer.commit()

    async def _process_batch(self, records) -> None:
        outcomes = await asyncio.gather(*map(self._process, records), return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, Exception):
                logger.error("A task was skipped: %r", outcome)
        self._row_writes = [write for write in self._row_writes if not write.done()]

    async def _process(self, record) -> None:
        task = PluginTask.from_json(record.value)
        cabinets = form(task.event_id, await self.api.assignment(task.assignment_id))
        self._row_writes.append(asyncio.create_task(self._write_rows(cabinets)))
        await self._producer.send_and_wait(COMPLETED, cabinets.to_json(), key=record.key)

    async def _write_rows(self, cabinets: CabinetForm) -> None:
        await self.staging.upsert("itel_forms", [(cabinets.assignment_id, cabinets.to_dict())])
        photos = [(f"{cabinets.assignment_id}/{media}", {"media_id": media}) for media in cabinets.media_ids]
        await self.staging.upsert("itel_attachments", photos)

    async def stop(self) -> None:
        self._running = False
        if self._consumer_task is not None:
            await self._consumer_task
        await asyncio.gather(*self._row_writes, return_exceptions=True)
        if self._consumer is not None:
            await self._consumer.stop()
        if self._producer is not None:
            await self._producer.stop()
        await self.api.close()
