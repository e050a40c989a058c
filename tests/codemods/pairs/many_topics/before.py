import logging

from aiokafka import AIOKafkaConsumer

TOPICS = ["claims.created", "claims.closed"]
logger = logging.getLogger(__name__)


class Audit:
    """Writes down what happens to claims."""

    def __init__(self, bootstrap_servers: str, log) -> None:
        self.bootstrap_servers = bootstrap_servers
        self.log = log

    async def start(self) -> None:
        self.consumer = AIOKafkaConsumer(
            *TOPICS, bootstrap_servers=self.bootstrap_servers, group_id="claims-many-topics-worker"
        )
        await self.consumer.start()
        logger.info("reading %s", TOPICS)

    async def run(self) -> None:
        async for msg in self.consumer:
            if msg.topic == "claims.created":
                await self.log.created(msg.value)
            else:
                await self.log.closed(msg.value)

    async def stop(self) -> None:
        await self.consumer.stop()
