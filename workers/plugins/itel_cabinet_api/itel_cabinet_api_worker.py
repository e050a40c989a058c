"""iTel cabinet API: completed cabinet forms in, orders placed with iTel.

This is the state before the migration: it builds its own Kafka clients, whatever PIPELINE_TRANSPORT says. Its
loop is a background task that nobody waits for: when it dies, the process stays and looks well. Positions are
committed by a timer, whether the order was placed or not; what iTel cannot take now goes to the errors, and
nobody tries again.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Self

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.structs import ConsumerRecord
from pydantic import ValidationError

from workers import tracing
from workers.errors import ApiError
from workers.messages import reason
from workers.plugins.itel_cabinet_api import itel
from workers.plugins.itel_cabinet_api.messages import CabinetForm, Ordered, OrderFailed

log = structlog.get_logger(__name__)


class ItelCabinetApiWorker:
    """Turns each form into an order in iTel's format, and places it."""

    INPUT_TOPIC = "itel.cabinet.completed"
    SUCCESS_TOPIC = "itel.api.success"
    ERROR_TOPIC = "itel.api.errors"

    def __init__(self, kafka_config: Mapping[str, Any], api: itel.ItelApi) -> None:
        self.kafka_config = kafka_config
        self.api = api
        self.consumer: AIOKafkaConsumer | None = None
        self.producer: AIOKafkaProducer | None = None
        self.consumer_task: asyncio.Task[None] | None = None

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        servers = environ.get("KAFKA_BOOTSTRAP_SERVERS", "localhost:9092")
        return cls({"bootstrap_servers": servers}, itel.ItelApi.from_env(environ))

    async def start(self) -> None:
        await self.api.__aenter__()
        self.producer = AIOKafkaProducer(**self.kafka_config)
        await self.producer.start()
        self.consumer = AIOKafkaConsumer(
            self.INPUT_TOPIC,
            group_id="plugins-itel-cabinet-api-worker",
            enable_auto_commit=True,
            auto_commit_interval_ms=1000,
            auto_offset_reset="earliest",
            max_poll_records=1,
            **self.kafka_config,
        )
        await self.consumer.start()
        self.consumer_task = asyncio.create_task(self._consume_loop())

    async def _consume_loop(self) -> None:
        assert self.consumer is not None
        async for record in self.consumer:
            with tracing.message(record.key):
                await self._process(record)

    async def _process(self, record: ConsumerRecord) -> None:
        try:
            form = CabinetForm.parse(record.value)
        except ValidationError as error:
            await self._failed(record, f"not a cabinet form: {reason(error)}")
            return
        with tracing.message(record.key, form.event_id):
            try:
                receipt = await self.api.place(itel.order(form))
            except ApiError as error:
                await self._failed(record, str(error))
                return
            ordered = Ordered(
                event_id=form.event_id,
                assignment_id=form.assignment_id,
                project_id=form.project_id,
                order_id=receipt.order_id,
                status=receipt.status,
            )
            await self._send(self.SUCCESS_TOPIC, record.key, ordered)
            log.info("order placed", order_id=receipt.order_id)

    async def _failed(self, record: ConsumerRecord, why: str) -> None:
        log.error("no order placed", reason=why)
        failure = OrderFailed(
            reason=why,
            origin=f"{record.topic}[{record.partition}]@{record.offset}",
            message=(record.value or b"").decode(errors="replace"),
        )
        await self._send(self.ERROR_TOPIC, record.key, failure)

    async def _send(self, topic: str, key: bytes | None, message: Ordered | OrderFailed) -> None:
        assert self.producer is not None
        await self.producer.send_and_wait(topic, message.encode(), key=key)

    async def stop(self) -> None:
        if self.consumer_task is not None:
            self.consumer_task.cancel()
            await asyncio.gather(self.consumer_task, return_exceptions=True)
        if self.consumer is not None:
            await self.consumer.stop()
        if self.producer is not None:
            await self.producer.stop()
        await self.api.__aexit__(None, None, None)
