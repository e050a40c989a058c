import logging

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaError

logger = logging.getLogger(__name__)


class Notifier:
    """Tells others of decisions."""

    def __init__(self, bootstrap_servers: str) -> None:
        self.bootstrap_servers = bootstrap_servers

    async def start(self) -> None:
        self.producer = AIOKafkaProducer(bootstrap_servers=self.bootstrap_servers)
        await self.producer.start()
        self.consumer = AIOKafkaConsumer(
            "claims.decisions",
            bootstrap_servers=self.bootstrap_servers,
            group_id="claims-old-errors-worker",
        )
        await self.consumer.start()

    async def run(self) -> None:
        async for message in self.consumer:
            try:
                await self.producer.send_and_wait("claims.told", message.value)
            except KafkaError:
                logger.error("could not tell")

    async def stop(self) -> None:
        await self.consumer.stop()
        await self.producer.stop()
