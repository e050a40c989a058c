"""A link that is cut leaves nothing open behind."""

import asyncio
import gc

import pytest
from aiohttp import ClientSession

from benchmarks.link import Link
from transport import ConsumerOptions, TransportConfig, create_consumer

pytestmark = [pytest.mark.broker, pytest.mark.early]
PARTITIONS = 4


def open_sessions():
    gc.collect()
    return sum(type(one) is ClientSession and not one.closed for one in gc.get_objects())


async def test_sessions_of_a_cut_link_are_closed(eventhub_environment, eventhub_bench):
    """The SDK closes a WebSocket that broke, and leaves its session: four at every cut."""
    bench = eventhub_bench
    async with Link(eventhub_environment["EVENTHUB_CUSTOM_ENDPOINT"].removeprefix("sb://")) as link:
        consumer = await create_consumer(
            config=TransportConfig.from_env(
                {**eventhub_environment, "EVENTHUB_CUSTOM_ENDPOINT": f"sb://{link.address}"}
            ),
            domain="tests",
            worker_name=bench.worker,
            topics=[bench.topic()],
            message_handler=lambda _: asyncio.sleep(0),
            options=ConsumerOptions(session_timeout=2.5),
        )
        await consumer.start()
        before = open_sessions()
        for _ in range(2):
            link.cut()
            await bench.until(lambda: not consumer.health().healthy, 60)
            link.mend()
            await bench.until(
                lambda: consumer.health().healthy and len(consumer.health().partitions) == PARTITIONS, 60
            )
        # Those of the latest cut are closed when the next WebSocket is opened.
        assert open_sessions() <= before + PARTITIONS
        await consumer.stop()
