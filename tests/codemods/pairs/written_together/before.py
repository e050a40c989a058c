import logging

from aiokafka import AIOKafkaConsumer

logger = logging.getLogger(__name__)


class Loader:
    """Loads rows, a thousand at a time."""

    def __init__(self, servers, database):
        self.servers = servers
        self.database = database
        self.running = True

    async def start(self):
        self.consumer = AIOKafkaConsumer(
            "claims.rows",
            bootstrap_servers=self.servers,
            group_id="claims-written-together-worker",
            enable_auto_commit=False,
        )
        await self.consumer.start()

    async def run(self):
        while self.running:
            batches = await self.consumer.getmany(timeout_ms=1000, max_records=1000)
            records = [record for batch in batches.values() for record in batch]
            if not records:
                continue
            await self.database.insert_many([record.value for record in records])
            await self.consumer.commit()

    async def stop(self):
        self.running = False
        await self.consumer.stop()
