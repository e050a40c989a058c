"""Verisk results: what became of each attachment, a row each in the Delta table xact_attachments."""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Self

import structlog
from pydantic import ValidationError

from transport import ConsumerOptions, PermanentError, PipelineMessage, TransportConfig, create_consumer
from workers import tracing
from workers.messages import reason
from workers.tables import Tables
from workers.verisk.messages import DownloadResult, Status
from workers.verisk.rows import AttachmentRow

DOMAIN = "verisk"
NAME = "result_processor"
RESULTS = "verisk.downloads.results"
OUTCOMES = "xact_attachments"
FAILURES = "xact_attachments_failed"

log = structlog.get_logger(__name__)


class ResultProcessor:
    """Keeps the latest outcome of each attachment, and of the permanent failures a table of their own.

    Transport layer contract: `handle` gets one message a call; all its work is awaited before it returns,
    with no background tasks; the message is committed only after it returned, and comes again if it raised.
    A malformed result raises PermanentError and goes to the dead letters. Rows are merged on the media id,
    and an older outcome replaces no newer one, so repeats do no harm.
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
            topics=[RESULTS],
            message_handler=self.handle,
            topic_key="downloads_results",
            options=ConsumerOptions(ordering="key"),
        )
        self._open.push_async_callback(consumer.stop)
        await consumer.start()

    async def stop(self) -> None:
        """Let running handlers finish, commit, and disconnect."""
        await self._open.aclose()

    async def handle(self, message: PipelineMessage) -> None:
        """Write one outcome."""
        with tracing.message(message.key):
            try:
                result = DownloadResult.parse(message.value)
            except ValidationError as error:
                raise PermanentError(f"not a result of a download: {reason(error)}") from None
            with tracing.message(message.key, result.trace_id):
                await self._write(result)
                log.info("outcome written", status=result.status, media_id=result.media_id)

    async def _write(self, result: DownloadResult) -> None:
        row = AttachmentRow.of(result)
        await self._tables.merge(OUTCOMES, [row], key="media_id", newest="created_at")
        if result.status is Status.FAILED_PERMANENT:
            await self._tables.merge(FAILURES, [row], key="media_id", newest="created_at")
