import asyncio
import logging

from aiokafka import AIOKafkaConsumer

logger = logging.getLogger(__name__)
WORKERS = 8


class Scanner:
    """Scans files for viruses."""

    def __init__(self, bootstrap_servers: str, clam) -> None:
        self.bootstrap_servers = bootstrap_servers
        self.clam = clam
        self.queue: asyncio.Queue = asyncio.Queue(maxsize=100)
        self.workers: list[asyncio.Task] = []
        self.poller: asyncio.Task | None = None

    async def start(self) -> None:
        self.consumer = AIOKafkaConsumer(
            "claims.scans",
            bootstrap_servers=self.bootstrap_servers,
            group_id="claims-queue-between-worker",
        )
        await self.consumer.start()
        self.poller = asyncio.create_task(self._poll())
        for _ in range(WORKERS):
            self.workers.append(asyncio.create_task(self._work()))

    async def _poll(self) -> None:
        async for message in self.consumer:
            await self.queue.put(message)

    async def _work(self) -> None:
        while True:
            message = await self.queue.get()
            try:
                await self._scan(message)
            except Exception:
                logger.exception("scan failed")
            finally:
                self.queue.task_done()

    async def _scan(self, message) -> None:
        verdict = await self.clam.scan(message.value)
        logger.info("%s: %s", message.key, verdict)

    async def stop(self) -> None:
        if self.poller is not None:
            self.poller.cancel()
        await self.queue.join()
        for worker in self.workers:
            worker.cancel()
        await self.consumer.stop()
