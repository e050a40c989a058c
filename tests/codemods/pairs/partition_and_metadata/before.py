import logging

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

logger = logging.getLogger(__name__)


class Mirror:
    """Copies messages, partition by partition."""

    def __init__(self, servers: str) -> None:
        self.servers = servers

    async def start(self) -> None:
        self.producer = AIOKafkaProducer(bootstrap_servers=self.servers)
        await self.producer.start()
        self.consumer = AIOKafkaConsumer(
            "claims.source",
            bootstrap_servers=self.servers,
            group_id="claims-partition-and-metadata-worker",
        )
        await self.consumer.start()

    async def run(self) -> None:
        async for message in self.consumer:
            sent = await self.producer.send_and_wait(
                "claims.copy", message.value, partition=message.partition, headers=message.headers
            )
            logger.info("copied to %d", sent.offset)

    async def stop(self) -> None:
        await self.consumer.stop()
        await self.producer.stop()
