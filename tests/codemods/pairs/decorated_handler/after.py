import functools
import logging

from transport import create_consumer

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
    """Finds the coordinates of addresses.

    Transport layer contract: `locate` gets one message a call; all its work is awaited before it
    returns, with no background tasks; the message is committed only after it returned, and comes again
    if it raised.
    """

    def __init__(self, config, maps):
        self.config = config
        self.maps = maps

    async def start(self):
        self.consumer = await create_consumer(
            config=self.config,
            domain="claims",
            worker_name="decorated_handler_worker",
            topics=["claims.addresses"],
            message_handler=self.locate,
            topic_key="addresses",
        )
        await self.consumer.start()

    @timed
    async def locate(self, message):
        await self.maps.locate(message.value.decode())

    async def stop(self):
        await self.consumer.stop()
