from aiokafka import AIOKafkaConsumer


class Counter:
    """Counts events by type."""

    def __init__(self, counts, servers="localhost:9092"):
        self.counts = counts
        self.consumer = AIOKafkaConsumer(
            "claims.events",
            bootstrap_servers=servers,
            group_id="claims-built-in-init-worker",
            auto_offset_reset="earliest",
        )

    async def start(self):
        await self.consumer.start()

    async def consume_forever(self):
        async for event in self.consumer:
            await self.counts.add(event.key)

    async def stop(self):
        await self.consumer.stop()
