import asyncio

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer


class Splitter:
    """Sends each line of a file on by itself."""

    def __init__(self, servers: str) -> None:
        self.servers = servers

    async def start(self) -> None:
        self.producer = AIOKafkaProducer(bootstrap_servers=self.servers)
        await self.producer.start()
        self.consumer = AIOKafkaConsumer(
            "claims.lists", bootstrap_servers=self.servers, group_id="claims-gathered-sends-worker"
        )
        await self.consumer.start()

    async def run(self) -> None:
        async for message in self.consumer:
            futures = []
            for line in message.value.splitlines():
                futures.append(await self.producer.send("claims.lines", line, key=message.key))
            await asyncio.gather(*futures)

    async def stop(self) -> None:
        await self.consumer.stop()
        await self.producer.stop()
