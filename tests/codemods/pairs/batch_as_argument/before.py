import asyncio
import json

from aiokafka import AIOKafkaConsumer


class Geo:
    """Resolves places, five at once."""

    def __init__(self, bootstrap_servers: str, atlas) -> None:
        self.bootstrap_servers = bootstrap_servers
        self.atlas = atlas
        self._limit = asyncio.Semaphore(5)

    async def _create_consumer(self):
        consumer = AIOKafkaConsumer(
            "claims.places",
            bootstrap_servers=self.bootstrap_servers,
            group_id="claims-batch-as-argument-worker",
            max_poll_records=50,
        )
        await consumer.start()
        return consumer

    async def start(self):
        self.consumer = await self._create_consumer()

    async def _consume_loop(self):
        while True:
            messages = await self.consumer.getmany(timeout_ms=200)
            for _, batch in messages.items():
                await self._handle_batch(batch)

    async def _handle_batch(self, batch):
        await asyncio.gather(*[self._resolve(message) for message in batch])

    async def _resolve(self, message):
        async with self._limit:
            place = json.loads(message.value)
            await self.atlas.resolve(place["name"])

    async def run(self):
        await self._consume_loop()

    async def stop(self):
        await self.consumer.stop()
