"""iTel cabinet tracking: completed cabinet repair tasks in, their forms into two Delta tables and out."""

import asyncio
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
from workers.claimx.api import ClaimXApi
from workers.errors import ApiRefusedError
from workers.messages import reason
from workers.plugins.itel_cabinet_api import form
from workers.plugins.itel_cabinet_api.messages import CabinetForm
from workers.plugins.messages import TaskEvent
from workers.tables import Tables

DOMAIN = "plugins"
NAME = "itel_cabinet_tracking_worker"
PENDING = "itel.cabinet.pending"
COMPLETED = "itel.cabinet.completed"
CABINET_TASK = "32513"
FORMS, FORM_KEY = "itel_cabinet_forms", "assignment_id"
ATTACHMENTS, ATTACHMENT_KEY = "itel_cabinet_attachments", ("assignment_id", "media_id", "question")
IN_HAND = 50
"""Tasks at a time: those that wait for a table are written with one commit."""

log = structlog.get_logger(__name__)


class ItelCabinetTrackingWorker:
    """Fetches the forms of completed cabinet repair tasks, and keeps them.

    Transport layer contract: `handle` gets one message a call; all its work is awaited before it returns: its
    rows are in both tables and its message is sent, with no background tasks; the message is committed only
    after it returned, and comes again if it raised. A malformed task event, a form that makes no sense, and
    an answer of the API that is final raise PermanentError and go to the dead letters. Rows are merged on
    their keys, and the message is the same, so repeats do no harm.
    """

    def __init__(self, config: TransportConfig, api: ClaimXApi, tables: Tables) -> None:
        self._config = config
        self._api = api
        self._tables = tables
        self._open = AsyncExitStack()
        self._producer = create_producer(
            config=config, domain=DOMAIN, worker_name=NAME, topic_key="itel_cabinet_completed"
        )

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """The worker as the environment configures it."""
        return cls(TransportConfig.from_env(environ), ClaimXApi.from_env(environ), Tables.from_env(environ))

    async def start(self) -> None:
        """Connect, and begin to consume."""
        await self._open.enter_async_context(self._api)
        self._open.push_async_callback(self._producer.stop)
        await self._producer.start()
        consumer = await create_consumer(
            config=self._config,
            domain=DOMAIN,
            worker_name=NAME,
            topics=[PENDING],
            message_handler=self.handle,
            topic_key="itel_cabinet_pending",
            options=ConsumerOptions(ordering="key", max_in_flight=IN_HAND),
        )
        self._open.push_async_callback(consumer.stop)
        await consumer.start()

    async def stop(self) -> None:
        """Let running handlers finish, commit, and disconnect, in the reverse order of starting."""
        await self._open.aclose()

    async def handle(self, message: PipelineMessage) -> None:
        """Keep one form, if the task is a completed cabinet repair, and pass it on."""
        with tracing.message(message.key):
            try:
                event = TaskEvent.parse(message.value)
            except ValidationError as error:
                raise PermanentError(f"not a task event: {reason(error)}") from None
            with tracing.message(message.key, event.event_id):
                if (event.task_id, event.task_status) != (CABINET_TASK, "COMPLETED"):
                    log.info(
                        "no completed cabinet task", task_id=event.task_id, task_status=event.task_status
                    )
                    return
                cabinets = await self._form(event)
                await self._tables.merge(FORMS, [form.form_row(cabinets)], key=FORM_KEY)
                await self._tables.merge(ATTACHMENTS, form.attachment_rows(cabinets), key=ATTACHMENT_KEY)
                await self._producer.send(COMPLETED, cabinets.encode(), key=event.assignment_id.encode())
                log.info("cabinet form completed", attachments=len(cabinets.attachments))

    async def _form(self, event: TaskEvent) -> CabinetForm:
        try:
            filled, media = await asyncio.gather(
                self._api.form(event.assignment_id), self._api.media(event.project_id)
            )
            return form.read(event, filled, media)
        except ApiRefusedError as error:
            raise PermanentError(str(error)) from error
        except ValidationError as error:
            raise PermanentError(f"not a cabinet form: {reason(error)}") from None
