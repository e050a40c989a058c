"""iTel cabinet API: completed cabinet forms in, orders placed with iTel."""

from collections.abc import Mapping
from typing import Self

import structlog
from pydantic import ValidationError

from transport import (
    Consumer,
    PipelineMessage,
    Producer,
    TransportConfig,
    create_consumer,
    create_producer,
)
from workers import tracing
from workers.errors import ApiError
from workers.messages import reason
from workers.plugins.itel_cabinet_api import itel
from workers.plugins.itel_cabinet_api.messages import CabinetForm, Ordered, OrderFailed

log = structlog.get_logger(__name__)


class ItelCabinetApiWorker:
    """Turns each form into an order in iTel's format, and places it.

    Transport layer contract: `handle` gets one message a call; all its work is awaited before it
    returns, with no background tasks; the message is committed only after it returned, and comes again
    if it raised.
    """

    INPUT_TOPIC = "itel.cabinet.completed"
    SUCCESS_TOPIC = "itel.api.success"
    ERROR_TOPIC = "itel.api.errors"

    def __init__(self, config: TransportConfig, api: itel.ItelApi) -> None:
        self.config = config
        self.api = api
        self.consumer: Consumer | None = None
        self.producer: Producer | None = None

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        return cls(TransportConfig.from_env(environ), itel.ItelApi.from_env(environ))

    async def start(self) -> None:
        await self.api.__aenter__()
        self.producer = create_producer(
            config=self.config,
            domain="plugins",
            worker_name="itel_cabinet_api_worker",
        )
        await self.producer.start()
        self.consumer = await create_consumer(
            config=self.config,
            domain="plugins",
            worker_name="itel_cabinet_api_worker",
            topics=[self.INPUT_TOPIC],
            message_handler=self.handle,
            topic_key="itel_cabinet_completed",
        )
        await self.consumer.start()

    async def handle(self, record: PipelineMessage) -> None:
        with tracing.message(record.key):
            await self._process(record)

    async def _process(self, record: PipelineMessage) -> None:
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

    async def _failed(self, record: PipelineMessage, why: str) -> None:
        log.error("no order placed", reason=why)
        failure = OrderFailed(
            reason=why,
            origin=f"{record.topic}[{record.partition}]@{record.offset}",
            message=(record.value or b"").decode(errors="replace"),
        )
        await self._send(self.ERROR_TOPIC, record.key, failure)

    async def _send(self, topic: str, key: bytes | None, message: Ordered | OrderFailed) -> None:
        assert self.producer is not None
        await self.producer.send(topic, message.encode(), key=key)

    async def stop(self) -> None:
        if self.consumer is not None:
            await self.consumer.stop()
        if self.producer is not None:
            await self.producer.stop()
        await self.api.__aexit__(None, None, None)
