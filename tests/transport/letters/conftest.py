"""Dead letters of a topic's own, made by a consumer that refuses messages."""

import pytest

from transport import PermanentError


@pytest.fixture
def bench(memory_bench):
    """Memory, where a module does not say otherwise: what is tested is the same on all of them."""
    return memory_bench


@pytest.fixture
def buried(bench):
    """Sends messages to a topic whose consumer refuses what begins with "bad", and waits for that to die."""

    async def bury(*messages):
        topic = bench.topic()

        async def handle(message):
            if message.value.startswith(b"bad"):
                raise PermanentError(
                    "no room, password=hunter2" if message.value == b"bad 1" else "not a thing"
                )

        for value, key in messages:
            await bench.send(topic, value, key=key, headers=[("trace", b"7"), ("api-key", b"abc")])
        consumer = await bench.consume(topic, handler=handle, dead_letter=True)
        await bench.until_committed(topic, len(messages))
        await consumer.stop()
        return topic

    return bury
