import asyncio
import logging

from aiokafka import AIOKafkaConsumer
from aiokafka.structs import ConsumerRecord

logger = logging.getLogger(__name__)


class Mailer:
    """Sends mails, `limit` at a time."""

    def __init__(self, bootstrap_servers: str, smtp, limit: int = 25) -> None:
        self._bootstrap_servers = bootstrap_servers
        self._smtp = smtp
        self._semaphore = asyncio.Semaphore(limit)
        self._tasks: set[asyncio.Task[None]] = set()

    @classmethod
    def from_env(cls, environ, smtp):
        return cls(environ["KAFKA"], smtp)

    async def start(self) -> None:
        self._consumer = AIOKafkaConsumer(
            "claims.mails",
            bootstrap_servers=self._bootstrap_servers,
            group_id="claims-task-per-message-worker",
        )
        await self._consumer.start()

    async def run(self) -> None:
        async for record in self._consumer:
            task = asyncio.create_task(self._send(record))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _send(self, record: ConsumerRecord) -> None:
        async with self._semaphore:
            try:
                await self._smtp.send(record.value)
            except Exception:
                logger.exception("mail not sent, skipping")

    async def stop(self) -> None:
        await self._consumer.stop()
        await asyncio.gather(*self._tasks)
