"""iTel cabinet API: completed cabinet forms in, orders placed with iTel."""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Self

import structlog
from pydantic import ValidationError

from transport import (
    ConsumerOptions,
    PermanentError,
    PipelineMessage,
    TransportConfig,
    create_consumer,
    create_producer,
)
from workers import tracing
from workers.errors import ApiRefusedError
from workers.messages import reason
from workers.plugins.itel_cabinet_api import itel
from workers.plugins.itel_cabinet_api.messages import CabinetForm, Ordered, OrderFailed

DOMAIN = "plugins"
NAME = "itel_cabinet_api_worker"
COMPLETED = "itel.cabinet.completed"
SUCCESS = "itel.api.success"
ERRORS = "itel.api.errors"
API_CALLS = 10
"""Orders that are placed at a time."""

log = structlog.get_logger(__name__)


class ItelCabinetApiWorker:
    """Turns each form into an order in iTel's format, and places it.

    Transport layer contract: `handle` gets one message a call; all its work is awaited before it returns,
    with no background tasks; the message is committed only after it returned, and comes again if it raised:
    so what iTel cannot take now is offered again, after minutes if need be. What is no form raises
    PermanentError and goes to the dead letters. An order that iTel refuses is an outcome, and goes to the
    errors. A repeated form bears the same reference, for which iTel gives the same order.
    """

    def __init__(self, config: TransportConfig, api: itel.ItelApi) -> None:
        self._config = config
        self._api = api
        self._open = AsyncExitStack()
        self._producer = create_producer(
            config=config, domain=DOMAIN, worker_name=NAME, topic_key="itel_api_success"
        )

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """The worker as the environment configures it."""
        return cls(TransportConfig.from_env(environ), itel.ItelApi.from_env(environ))

    async def start(self) -> None:
        """Connect, and begin to consume."""
        await self._open.enter_async_context(self._api)
        self._open.push_async_callback(self._producer.stop)
        await self._producer.start()
        consumer = await create_consumer(
            config=self._config,
            domain=DOMAIN,
            worker_name=NAME,
            topics=[COMPLETED],
            message_handler=self.handle,
            topic_key="itel_cabinet_completed",
            options=ConsumerOptions(ordering="key", max_in_flight=API_CALLS),
        )
        self._open.push_async_callback(consumer.stop)
        await consumer.start()

    async def stop(self) -> None:
        """Let running handlers finish, commit, and disconnect, in the reverse order of starting."""
        await self._open.aclose()

    async def handle(self, message: PipelineMessage) -> None:
        """Place one order, and tell what became of it."""
        with tracing.message(message.key):
            try:
                form = CabinetForm.parse(message.value)
            except ValidationError as error:
                raise PermanentError(f"not a cabinet form: {reason(error)}") from None
            with tracing.message(message.key, form.event_id):
                try:
                    receipt = await self._api.place(itel.order(form))
                except ApiRefusedError as error:
                    log.error("no order placed", reason=str(error))
                    failure = _failure(message, error)
                    await self._producer.send(ERRORS, failure.encode(), key=message.key)
                    return
                ordered = _ordered(form, receipt)
                await self._producer.send(SUCCESS, ordered.encode(), key=message.key)
                log.info("order placed", order_id=receipt.order_id)


def _ordered(form: CabinetForm, receipt: itel.Receipt) -> Ordered:
    return Ordered(
        event_id=form.event_id,
        assignment_id=form.assignment_id,
        project_id=form.project_id,
        order_id=receipt.order_id,
        status=receipt.status,
    )


def _failure(message: PipelineMessage, error: ApiRefusedError) -> OrderFailed:
    return OrderFailed(
        reason=str(error),
        origin=f"{message.topic}[{message.partition}]@{message.offset}",
        message=(message.value or b"").decode(errors="replace"),
    )
