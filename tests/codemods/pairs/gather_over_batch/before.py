import asyncio
import logging

from aiokafka import AIOKafkaConsumer

logger = logging.getLogger(__name__)


class Resizer:
    """Makes thumbnails of pictures, ten at once."""

    def __init__(self, servers: str, pictures) -> None:
        self.servers = servers
        self.pictures = pictures
        self.running = True

    async def start(self) -> None:
        self.consumer = AIOKafkaConsumer(
            "claims.pictures",
            bootstrap_servers=self.servers,
            group_id="claims-gather-over-batch-worker",
            enable_auto_commit=False,
            max_poll_records=10,
        )
        await self.consumer.start()

    async def _consume_loop(self) -> None:
        while self.running:
            batch = await self.consumer.getmany(timeout_ms=500, max_records=10)
            for records in batch.values():
                tasks = [asyncio.create_task(self.resize(record)) for record in records]
                results = await asyncio.gather(*tasks, return_exceptions=True)
                for result in results:
                    if isinstance(result, Exception):
                        logger.error("not resized: %r", result)
            await self.consumer.commit()

    async def resize(self, record) -> None:
        picture = await self.pictures.get(record.value.decode())
        await self.pictures.put(picture.thumbnail(128))

    async def run(self) -> None:
        await self._consume_loop()

    async def stop(self) -> None:
        self.running = False
        await self.consumer.stop()
