import logging

from aiokafka import AIOKafkaConsumer, TopicPartition

logger = logging.getLogger(__name__)


class Syncer:
    """Brings accounts over to the other system."""

    def __init__(self, servers: str, other) -> None:
        self.servers = servers
        self.other = other

    async def start(self) -> None:
        self.consumer = AIOKafkaConsumer(
            "claims.accounts",
            bootstrap_servers=self.servers,
            group_id="claims-seek-on-error-worker",
            enable_auto_commit=False,
        )
        await self.consumer.start()

    async def consume(self) -> None:
        async for msg in self.consumer:
            tp = TopicPartition(msg.topic, msg.partition)
            try:
                await self.other.upsert(msg.key, msg.value)
            except ConnectionError:
                logger.warning("the other system is down, trying again")
                self.consumer.seek(tp, msg.offset)
                continue
            await self.consumer.commit({tp: msg.offset + 1})

    async def stop(self) -> None:
        await self.consumer.stop()
