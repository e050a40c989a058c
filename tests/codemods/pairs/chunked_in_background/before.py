import asyncio

from aiokafka import AIOKafkaConsumer


class Enricher:
    """Enriches claims, a batch in the background."""

    def __init__(self, bootstrap_servers, api):
        self.bootstrap_servers = bootstrap_servers
        self.api = api
        self._running = False
        self._pending = []

    async def start(self):
        await self._create_consumer()
        self._running = True
        self._loop_task = asyncio.create_task(self._consume_loop())

    async def _create_consumer(self):
        self.consumer = AIOKafkaConsumer(
            "claims.enrichment",
            bootstrap_servers=self.bootstrap_servers,
            group_id="claims-chunked-in-background-worker",
            enable_auto_commit=False,
        )
        await self.consumer.start()

    async def _consume_loop(self):
        while self._running:
            batches = await self.consumer.getmany(timeout_ms=500)
            for records in batches.values():
                self._pending.append(asyncio.create_task(self._handle_batch(records)))
            self._pending = [task for task in self._pending if not task.done()]
            await self.consumer.commit()

    async def _handle_batch(self, records):
        for record in records:
            await self.api.enrich(record.value)

    async def stop(self):
        self._running = False
        self._loop_task.cancel()
        await asyncio.gather(*self._pending, return_exceptions=True)
        await self.consumer.stop()
