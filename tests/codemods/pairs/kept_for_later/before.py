import asyncio

from aiokafka import AIOKafkaConsumer


class Buffer:
    """Posts lines when there are a hundred."""

    def __init__(self, servers, api):
        self.servers = servers
        self.api = api
        self.lines = []

    async def start(self):
        self.consumer = AIOKafkaConsumer(
            "claims.log", bootstrap_servers=self.servers, group_id="claims-kept-for-later-worker"
        )
        await self.consumer.start()
        self.flusher = asyncio.create_task(self.flush_often())

    async def flush_often(self):
        while True:
            await asyncio.sleep(10)
            await self.flush()

    async def flush(self):
        lines, self.lines = self.lines, []
        await self.api.post(lines)

    async def run(self):
        async for message in self.consumer:
            self.lines.append(message.value)
            if len(self.lines) >= 100:
                await self.flush()

    async def stop(self):
        self.flusher.cancel()
        await self.consumer.stop()
