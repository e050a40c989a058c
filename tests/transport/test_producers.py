"""Producers: many sends at once are quick, keep each key's order, and hold no more than the allowance."""

import asyncio
import contextlib
import time

import pytest
from aiokafka.partitioner import murmur2 as theirs
from hypothesis import given
from hypothesis import strategies as st

from tests.transport.virtually import virtually
from transport import Producer, SendError, UsageError, browse, create_producer
from transport.allowance import Allowance
from transport.eventhub.batching import Lane
from transport.partitioning import murmur2, partition_of


@given(st.binary(max_size=40))
def test_a_keys_hash_is_kafkas(key):
    assert murmur2(key) == theirs(key) & 0xFFFFFFFF


async def read(bench, topic, count=0, last=None):
    """The first messages of a topic, up to a number or to the one with this value."""
    found = []
    async with contextlib.aclosing(
        browse(config=bench.config, topic=topic, until=time.monotonic() + 20)
    ) as messages:
        while len(found) < count or last is not None:
            found.append(await anext(messages))
            last = None if found[-1].value == last else last
    return found


class ProducerTests:
    """What every transport keeps."""

    async def test_many_sends_at_once_keep_each_keys_order_in_its_partition(self, bench):
        """13, 34"""
        topic, sender = bench.topic(), await bench.sender()
        await sender.send(topic, b"first", key=b"warm")
        sends = [(f"key {n % 9}".encode(), str(n).encode()) for n in range(400)]
        await asyncio.gather(*(sender.send(topic, value, key=key) for key, value in sends))
        found = sorted(await read(bench, topic, 401), key=lambda message: message.offset)
        for key in {key for key, _ in sends}:
            of_key = [message for message in found if message.key == key]
            assert [message.value for message in of_key] == [value for k, value in sends if k == key]
            assert {message.partition for message in of_key} == {partition_of(key, 4)}

    async def test_a_message_that_is_too_large_is_refused_alone(self, bench):
        """35"""
        topic, sender = bench.topic(), await bench.sender()
        sends = [sender.send(topic, value, key=b"k") for value in (b"0", b"x" * (2 << 20), b"2")]
        first, large, last = await asyncio.gather(*sends, return_exceptions=True)
        assert (first, last) == (None, None)
        assert isinstance(large, SendError)
        assert str(large).startswith(f"sending to {topic}: ")
        assert "larger than" in str(large)
        assert sorted(message.value for message in await read(bench, topic, 2)) == [b"0", b"2"]

    async def test_a_sender_that_gives_up_leaves_the_others_alone(self, bench):
        topic, sender = bench.topic(), await bench.sender()
        await sender.send(topic, b"warm", key=b"k")
        sending = [asyncio.create_task(sender.send(topic, str(n).encode(), key=b"k")) for n in range(20)]
        await asyncio.sleep(0)
        sending[3].cancel()
        told = await asyncio.gather(*sending, return_exceptions=True)
        assert [one for number, one in enumerate(told) if number != 3] == [None] * 19
        await sender.send(topic, b"last", key=b"k")
        found = {message.value for message in await read(bench, topic, last=b"last")}
        assert found >= {str(number).encode() for number in range(20) if number != 3}


class TestMemory(ProducerTests):
    @pytest.fixture
    def bench(self, memory_bench):
        return memory_bench


@pytest.mark.broker
class TestRealKafka(ProducerTests):
    @pytest.fixture
    def bench(self, real_kafka_bench):
        return real_kafka_bench


@pytest.mark.broker
class TestEventHubs(ProducerTests):
    @pytest.fixture
    def bench(self, eventhub_bench):
        return eventhub_bench


async def test_what_exceeds_the_allowance_waits_for_its_turn():
    allowance, went = Allowance(messages=3, size=100), []

    async def send(name, size):
        await allowance.take(size)
        went.append(name)

    sends = [asyncio.create_task(send(name, size)) for name, size in [("a", 60), ("b", 60), ("c", 1)]]
    await asyncio.sleep(0)
    assert went == ["a"]  # c would fit, and does not overtake b
    allowance.give(60)
    await asyncio.gather(*sends)
    assert (went, allowance.messages, allowance.size) == (["a", "b", "c"], 2, 61)


async def test_one_that_is_larger_than_the_allowance_goes_alone():
    allowance = Allowance(messages=3, size=100)
    await allowance.take(1000)
    waiting = asyncio.create_task(allowance.take(1))
    await asyncio.sleep(0)
    assert not waiting.done()
    allowance.give(1000)
    await waiting


@pytest.mark.parametrize("late", [False, True])
async def test_who_gives_up_waiting_takes_nothing(late):
    allowance = Allowance(messages=1, size=100)
    await allowance.take(1)
    waiting, behind = asyncio.create_task(allowance.take(5)), asyncio.create_task(allowance.take(7))
    await asyncio.sleep(0)
    if late:  # its turn has come already
        allowance.give(1)
        waiting.cancel()
    else:
        waiting.cancel()
        await asyncio.sleep(0)
        allowance.give(1)
    await asyncio.gather(waiting, return_exceptions=True)
    await behind
    assert (allowance.messages, allowance.size) == (1, 7)


async def test_stopping_waits_for_those_that_wait_for_their_turn(memory_bench, monkeypatch):
    """36"""
    monkeypatch.setattr("transport.producer.MESSAGES", 2)
    producer = create_producer(config=memory_bench.config, domain="tests", worker_name="p")
    await producer.start()
    sends = [asyncio.create_task(producer.send("t", b"x")) for _ in range(10)]
    await asyncio.sleep(0)
    await producer.stop()
    assert await asyncio.gather(*sends) == [None] * 10


class Refusing:
    """The SDK's client, when its hub is out of reach."""

    def __init__(self, error):
        self.error = error

    async def create_batch(self, partition_id):
        await asyncio.sleep(0)
        raise self.error


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError("out of reach"), "sending to t: out of reach"),
        (
            asyncio.CancelledError(),
            "sending to t: the connection was closed before the message was acknowledged",
        ),
    ],
)
async def test_when_no_batch_can_be_made_every_sender_hears_of_it(error, told):
    """A cancellation that is not ours included: the SDK lets some out."""
    lane = Lane(Refusing(error), "0", "sending to t", lambda error: SendError(f"sending to t: {error}"))
    async with asyncio.timeout(20):
        failures = await asyncio.gather(*(lane.send(object()) for _ in range(3)), return_exceptions=True)
    assert [str(one) for one in failures] == [told] * 3


async def test_a_lane_that_is_closed_lets_nobody_wait():
    class Silent:
        async def create_batch(self, partition_id):
            await asyncio.Event().wait()

    lane = Lane(Silent(), "0", "sending to t", SendError)
    sends = [asyncio.create_task(lane.send(object())) for _ in range(3)]
    await asyncio.sleep(0)
    await lane.close()
    for failure in await asyncio.gather(*sends, return_exceptions=True):
        assert "closed before the message was acknowledged" in str(failure)


class SlowSink:
    """Takes a second to open, and remembers what was asked of it."""

    def __init__(self):
        self.asked = []

    async def open(self):
        self.asked.append("open")
        await asyncio.sleep(1)

    async def close(self):
        self.asked.append("close")


@virtually
async def test_a_producer_that_is_started_twice_at_once_opens_one_connection():
    producer = Producer("p", sink := SlowSink())
    first, second = await asyncio.gather(producer.start(), producer.start(), return_exceptions=True)
    assert first is None
    assert isinstance(second, UsageError)
    await producer.stop()
    await producer.stop()
    assert sink.asked == ["open", "close", "close"]


@virtually
async def test_a_producer_that_is_stopped_while_it_starts_leaves_nothing_open():
    producer = Producer("p", sink := SlowSink())
    starting = asyncio.create_task(producer.start())
    await asyncio.sleep(0.5)
    await producer.stop()
    with pytest.raises(UsageError, match="before start"):
        await starting
    assert sink.asked == ["open", "close", "close"]
    with pytest.raises(UsageError):
        await producer.send("t", b"0")
