import asyncio

from aiokafka import AIOKafkaConsumer


class Pinger:
    def __init__(self, client):
        self.client = client
        self.stopping = False

    async def start(self):
        self.consumer = AIOKafkaConsumer("claims.hosts", group_id="claims-getone-loop-worker")
        await self.consumer.start()
        self.task = asyncio.create_task(self.consume())

    async def consume(self):
        while not self.stopping:
            message = await self.consumer.getone()
            await self.client.ping(message.value.decode())

    async def stop(self):
        self.stopping = True
        self.task.cancel()
        await self.consumer.stop()
