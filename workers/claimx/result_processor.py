"""ClaimX results: what became of each file, in the Delta table claimx_download_results."""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Self

import structlog
from pydantic import ValidationError

from transport import ConsumerOptions, PermanentError, PipelineMessage, TransportConfig, create_consumer
from workers import tracing
from workers.claimx.messages import DownloadResult
from workers.messages import reason
from workers.tables import Tables

DOMAIN = "claimx"
NAME = "result_processor"
RESULTS = "claimx.downloads.results"
TABLE = "claimx_download_results"

log = structlog.get_logger(__name__)


class ResultProcessor:
    """Keeps the latest outcome of each file.

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
            with tracing.message(message.key, result.source_event_id):
                await self._tables.merge(TABLE, [result], key="media_id", newest="created_at")
                log.info("outcome written", status=result.status)
