from aiokafka import AIOKafkaConsumer, TopicPartition


class Ledger:
    """Books payments."""

    def __init__(self, servers, books):
        self.servers = servers
        self.books = books

    async def start(self):
        self.consumer = AIOKafkaConsumer(
            "claims.payments",
            bootstrap_servers=self.servers,
            group_id="claims-commit-by-offset-worker",
            enable_auto_commit=False,
        )
        await self.consumer.start()

    async def run(self):
        async for msg in self.consumer:
            await self.books.enter(msg.value)
            tp = TopicPartition(msg.topic, msg.partition)
            await self.consumer.commit({tp: msg.offset + 1})

    async def stop(self):
        await self.consumer.stop()
