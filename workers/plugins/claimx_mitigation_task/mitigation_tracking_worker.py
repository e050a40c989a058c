"""Mitigation tracking: completed mitigation tasks in, each with its project and media out."""

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
from workers.plugins.messages import MitigationTracked, TaskEvent

DOMAIN = "plugins"
NAME = "mitigation_tracking_worker"
PENDING = "claimx.mitigation.pending"
SUCCESS = "claimx.mitigation.success"
API_CALLS = 10
"""Tasks in hand at a time: the API is the vendor's, and others ask it too."""

log = structlog.get_logger(__name__)


class MitigationTrackingWorker:
    """Adds a completed mitigation task's project and media to it.

    Transport layer contract: `handle` gets one message a call; all its work is awaited before it returns,
    with no background tasks; the message is committed only after it returned, and comes again if it raised:
    so what the API cannot answer now is asked again, after minutes if need be. A malformed task event, and
    one whose answer from the API is final, raises PermanentError and goes to the dead letters. A repeated
    task gives the same message.
    """

    def __init__(self, config: TransportConfig, api: ClaimXApi) -> None:
        self._config = config
        self._api = api
        self._open = AsyncExitStack()
        self._producer = create_producer(
            config=config, domain=DOMAIN, worker_name=NAME, topic_key="mitigation_success"
        )

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """The worker as the environment configures it."""
        return cls(TransportConfig.from_env(environ), ClaimXApi.from_env(environ))

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
            topic_key="mitigation_pending",
            options=ConsumerOptions(ordering="key", max_in_flight=API_CALLS),
        )
        self._open.push_async_callback(consumer.stop)
        await consumer.start()

    async def stop(self) -> None:
        """Let running handlers finish, commit, and disconnect, in the reverse order of starting."""
        await self._open.aclose()

    async def handle(self, message: PipelineMessage) -> None:
        """Track one task, if it is completed."""
        with tracing.message(message.key):
            try:
                event = TaskEvent.parse(message.value)
            except ValidationError as error:
                raise PermanentError(f"not a task event: {reason(error)}") from None
            with tracing.message(message.key, event.event_id):
                if event.task_status != "COMPLETED":
                    log.info("task is not completed yet", task_status=event.task_status)
                    return
                try:
                    tracked = await self._tracked(event)
                except ApiRefusedError as error:
                    raise PermanentError(str(error)) from error
                await self._producer.send(SUCCESS, tracked.encode(), key=event.assignment_id.encode())
                log.info("mitigation task tracked", media=len(tracked.media))

    async def _tracked(self, event: TaskEvent) -> MitigationTracked:
        return MitigationTracked(
            event_id=event.event_id,
            assignment_id=event.assignment_id,
            task_id=event.task_id,
            task_name=event.task_name,
            project=await self._api.project(event.project_id),
            media=await self._api.media(event.project_id),
        )
