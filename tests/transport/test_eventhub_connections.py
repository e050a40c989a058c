"""Who gives up while the SDK opens its links is done soon, and leaves nothing open."""

import asyncio
import time

import pytest

pytest.importorskip("azure.eventhub")
from transport import browse

pytestmark = pytest.mark.broker


async def test_reading_that_is_given_up_at_any_moment_ends(all_closed, eventhub_bench):
    async def read():
        async for _ in browse(config=eventhub_bench.config, topic="empty", until=time.monotonic() + 600):
            pass

    for milliseconds in range(0, 200, 10):
        reading = asyncio.create_task(read())
        await asyncio.wait([reading], timeout=milliseconds / 1000)
        reading.cancel()
        assert (await asyncio.wait([reading], timeout=60))[0], f"given up after {milliseconds} ms"
