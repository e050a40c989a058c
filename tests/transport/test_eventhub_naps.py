"""The SDK waits for what it awaits, and takes no naps meanwhile."""

import asyncio
import sys
import time

import pytest

pytest.importorskip("azure.eventhub")
from transport import browse, lag

pytestmark = pytest.mark.broker


async def test_links_open_and_consumers_end_without_a_nap(eventhub_bench, monkeypatch):
    bench, handled, napped, sleep = eventhub_bench, [], set(), asyncio.sleep

    async def noted(*arguments):
        code = sys._getframe(1).f_code
        await sleep(*arguments)
        if "azure" in code.co_filename:
            napped.add(code.co_name)

    async def handle(message):
        handled.append(message.value)

    monkeypatch.setattr(asyncio, "sleep", noted)
    topic = bench.topic()
    await bench.send(topic, b"1")
    consumer = await bench.consume(topic, handle)
    await bench.until(lambda: handled == [b"1"], 60)
    await consumer.stop()
    assert await lag(config=bench.config, topic=topic, group="$Default")
    messages = browse(config=bench.config, topic=topic, until=time.monotonic() + 60)
    assert (await anext(messages)).value == b"1"
    await messages.aclose()
    assert "_callback_task" in napped, "its naps between two looks for events are seen"
    assert not napped & {"_open", "_management_request_async", "mgmt_request_async", "stop"}
