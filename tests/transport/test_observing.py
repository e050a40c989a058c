"""A process that watches its own consumers."""

import asyncio

import pytest

from transport import ConsumerOptions, PermanentError, create_consumer, create_producer, observed
from transport.memory import MemoryBroker

OPTIONS = ConsumerOptions(dead_letter=True, retry_after=(60.0,), max_attempts=2, retry_first=0.01)


class Notes:
    """An observer that writes down what it is told."""

    def __init__(self) -> None:
        self.consumers = []
        self.told = []

    def made(self, consumer):
        self.consumers.append(consumer)

    def handled(self, topic, seconds):
        assert seconds >= 0
        self.told.append(("handled", topic))

    def failed(self, topic, seconds):
        self.told.append(("failed", topic))

    def deferred(self, topic):
        self.told.append(("deferred", topic))

    def dead_lettered(self, topic):
        self.told.append(("dead-lettered", topic))


async def handle(message):
    if message.value == b"bad":
        raise PermanentError("bad")
    if message.value == b"not yet":
        raise RuntimeError("not yet")


async def consumed(broker, *values):
    """Send the values and let a consumer work through them."""
    config = broker.config()
    options = {"domain": "a", "worker_name": "b"}
    producer = create_producer(config=config, **options)
    await producer.start()
    for value in values:
        await producer.send("t", value)
    await producer.send("t", b"last")
    done = asyncio.Event()

    async def until_the_last(message):
        await handle(message)
        if message.value == b"last":
            done.set()

    consumer = await create_consumer(
        config=config, topics=["t"], message_handler=until_the_last, options=OPTIONS, **options
    )
    await consumer.start()
    async with asyncio.timeout(20):
        await done.wait()
    await consumer.stop()
    await producer.stop()
    return consumer


@pytest.fixture
def broker():
    return MemoryBroker(partitions=1)


async def test_an_observer_is_told_what_becomes_of_each_message(broker):
    notes = Notes()
    with observed(notes):
        consumer = await consumed(broker, b"good", b"bad", b"not yet")
    assert [what for what, topic in notes.told if topic == "t"] == [
        *("handled", "failed", "dead-lettered"),
        *("failed", "failed", "deferred", "handled"),
    ]
    assert notes.consumers == [consumer]


async def test_outside_nobody_is_told(broker):
    notes = Notes()
    with observed(notes):
        pass
    await consumed(broker, b"good", b"bad")
    assert notes.told == []
