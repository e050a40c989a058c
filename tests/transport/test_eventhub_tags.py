"""The SDK's memory of deliveries is bounded."""

import gc

import pytest

pytest.importorskip("azure.eventhub")
from azure.eventhub._pyamqp.aio._receiver_async import ReceiverLink

from transport.eventhub.tags import KEPT

pytestmark = pytest.mark.broker


async def test_links_forget_what_they_received(eventhub_bench):
    bench, handled = eventhub_bench, []
    topic = bench.topic()

    async def handle(message):
        handled.append(message.value)

    values = [str(number).encode() for number in range(3 * KEPT)]
    await bench.send(topic, *values)
    await bench.consume(topic, handle)
    await bench.until(lambda: handled == values, 60)
    kept = [len(one._received_delivery_tags) for one in gc.get_objects() if type(one) is ReceiverLink]
    assert max(kept) == KEPT, "that many came over one link at least, and no more are kept"
