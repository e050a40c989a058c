import asyncio
import logging

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaConnectionError

logger = logging.getLogger(__name__)


class Poller:
    """Answers questions."""

    def __init__(self, servers, oracle):
        self.servers = servers
        self.oracle = oracle
        self.shutdown = asyncio.Event()

    async def start(self):
        self.consumer = AIOKafkaConsumer(
            "claims.questions",
            bootstrap_servers=self.servers,
            group_id="claims-getone-with-timeout-worker",
        )
        await self.consumer.start()

    async def run(self):
        while not self.shutdown.is_set():
            try:
                question = await asyncio.wait_for(self.consumer.getone(), timeout=1.0)
            except asyncio.TimeoutError:
                continue
            except KafkaConnectionError:
                logger.warning("connection lost")
                await asyncio.sleep(5)
                continue
            await self.oracle.answer(question.key, question.value)

    async def stop(self):
        self.shutdown.set()
        await self.consumer.stop()
