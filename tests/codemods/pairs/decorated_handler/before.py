import functools
import logging

from aiokafka import AIOKafkaConsumer

logger = logging.getLogger(__name__)


def timed(function):
    @functools.wraps(function)
    async def wrapper(*args):
        try:
            return await function(*args)
        finally:
            logger.debug("%s is done", function.__name__)

    return wrapper


class Geocoder:
    """Finds the coordinates of addresses."""

    def __init__(self, servers, maps):
        self.servers = servers
        self.maps = maps

    async def start(self):
        self.consumer = AIOKafkaConsumer(
            "claims.addresses",
            bootstrap_servers=self.servers,
            group_id="claims-decorated-handler-worker",
        )
        await self.consumer.start()

    async def run(self):
        async for message in self.consumer:
            await self.locate(message)

    @timed
    async def locate(self, message):
        await self.maps.locate(message.value.decode())

    async def stop(self):
        await self.consumer.stop()
