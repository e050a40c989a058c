"""What the engine does when commits are refused, positions have gaps, and connections die."""

import asyncio
import contextlib

import pytest

from benchmarks.link import Link
from transport import (
    BrokerUnavailableError,
    ConsumerOptions,
    PipelineMessage,
    TransportConfig,
    UsageError,
    create_consumer,
)
from transport.contract import TopicPartition
from transport.memory import MemoryBroker
from transport.partitioning import partition_of


@pytest.fixture
def bench(memory_bench):
    return memory_bench


@pytest.fixture
def broker(bench) -> MemoryBroker:
    return bench.config.memory


def into(handled):
    async def handle(message):
        handled.append(message.value)

    return handle


async def test_a_refused_commit_is_tried_again(bench, broker):
    """24"""
    topic, handled = bench.topic(), []
    broker.refused_commits = 3
    consumer = await bench.consume(topic, into(handled))
    await bench.send(topic, b"0", b"1")
    await bench.until_committed(topic, 2)
    assert broker.refused_commits == 0
    assert consumer.health().healthy


async def test_gaps_between_positions_are_accepted(bench, broker):
    """27"""
    topic, handled = bench.topic(), []
    broker.create_topic(topic, 1)
    await bench.send(topic, b"0")
    broker.skip(TopicPartition(topic, 0), 100)
    await bench.send(topic, b"1", b"2")
    await bench.consume(topic, into(handled))
    await bench.until_committed(topic, 103)
    assert handled == [b"0", b"1", b"2"]


async def test_a_broker_that_goes_and_comes_back_is_found_again(bench, broker):
    """30"""
    topic, handled = bench.topic(), []
    consumer = await bench.consume(topic, into(handled))
    await bench.send(topic, b"0")
    await bench.until_committed(topic, 1)
    broker.down = True
    broker.stir()
    await bench.until(lambda: not consumer.health().ready)
    assert "the connection is lost: the memory broker is down" in consumer.health().reason
    broker.down = False
    await bench.send(topic, b"1")
    await bench.until(lambda: handled == [b"0", b"1"])
    assert consumer.health().healthy


async def test_a_handler_that_never_waits_lets_the_others_run(bench):
    topic, handled, ticks = bench.topic(), [], 0
    await bench.send(topic, *[b"x"] * 3000)
    await bench.consume(topic, into(handled), max_buffered=5000)
    while len(handled) < 3000:
        await asyncio.sleep(0)
        ticks += 1
    assert ticks > 5


async def test_stopping_while_starting_ends_the_start(bench):
    consumer, hanging = await bench.make(bench.topic(), into([])), Hanging()
    consumer._connect = lambda intake: hanging
    starting = asyncio.create_task(consumer.start())
    await bench.until(lambda: hanging.opened)
    await consumer.stop()
    with pytest.raises(UsageError, match="stop\\(\\) was called before start\\(\\) was done"):
        await starting
    with pytest.raises(UsageError, match="on a consumer that is stopped; make a new one"):
        await consumer.start()


async def test_a_start_is_bounded(bench):
    consumer = await bench.make(bench.topic(), into([]), start_timeout=0.05)
    hanging = Hanging()
    consumer._connect = lambda intake: hanging
    with pytest.raises(BrokerUnavailableError, match=r"no partition was assigned within 0.05 s"):
        await consumer.start()
    assert hanging.closed


async def test_a_cancelled_start_stays_cancelled(bench):
    consumer = await bench.make(bench.topic(), into([]))
    hanging = Hanging()
    consumer._connect = lambda intake: hanging
    starting = asyncio.create_task(consumer.start())
    await bench.until(lambda: hanging.opened)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert hanging.closed


async def test_a_handler_that_ignores_its_end_holds_up_no_commits(bench, broker):
    """24: what it finishes when its partition is another member's is that member's to commit."""
    topic, handled, stuck, release = bench.topic(), [], asyncio.Event(), asyncio.Event()
    broker.create_topic(topic, 2)
    stays, moves = (next(k for k in (b"a", b"b", b"c", b"d") if partition_of(k, 2) == n) for n in (0, 1))

    async def stubborn(message):
        if message.key == moves:
            stuck.set()
            while not release.is_set():
                with contextlib.suppress(asyncio.CancelledError):
                    await release.wait()
        handled.append(message.value)

    first = await bench.consume(topic, stubborn, drain_timeout=0.0)
    await bench.send(topic, b"0", key=moves)
    await stuck.wait()
    await bench.consume(topic, into([]))
    await bench.until_committed(topic, 1)
    release.set()
    await bench.until(lambda: handled == [b"0"])
    await bench.send(topic, b"1", key=stays)
    await bench.until_committed(topic, 2)
    assert first.health().healthy


async def test_a_mistake_of_ours_stops_the_partition_and_shows(bench, broker, caplog):
    """Nothing is committed past it; only a restart helps, and that is what `live` says."""
    topic, handled = bench.topic(), []

    async def handle(message):
        if message.value == b"1":
            raise ValueError("as handlers do")
        handled.append(message.value)

    consumer = await bench.consume(topic, handle, max_attempts=1)
    assert consumer.health().live
    consumer._sidings.exit = None  # so that asking it is an error
    await bench.send(topic, b"0", b"1", b"2")
    await bench.until(lambda: not consumer.health().live)
    assert "has stopped by an error of the transport layer: TypeError" in consumer.health().reason
    await bench.until_committed(topic, 1)
    await consumer.stop()
    assert handled == [b"0"]
    assert list((await bench.committed(topic)).values()) == [1]
    assert "TypeError" in caplog.text


async def test_a_partition_that_comes_back_while_it_is_released_is_read(bench):
    """12"""
    handled, begun, release = [], asyncio.Event(), asyncio.Event()
    place = TopicPartition("t", 0)

    async def handle(message):
        begun.set()
        await release.wait()
        handled.append(message.offset)

    def deliver(offset):
        message = PipelineMessage("t", 0, offset, 0, None, b"", ())
        return consumer.deliver(place, [message])

    consumer = await bench.make(bench.topic(), handle)
    consumer._connect = lambda intake: Idle()
    await consumer.start()
    consumer.assigned({place: None})
    deliver(0)
    await begun.wait()
    releasing = asyncio.create_task(consumer.revoked([place]))
    await asyncio.sleep(0)
    consumer.assigned({place: None})
    release.set()
    await releasing
    assert deliver(1)
    await bench.until(lambda: handled == [0, 1])


class Idle:
    """A connection on which nothing happens."""

    trouble = ""

    async def open(self):
        """There is nothing to open."""

    async def run(self):
        await asyncio.Event().wait()

    async def commit(self, finished):
        """Every position is taken."""

    def pause(self, partition):
        """Nothing comes anyway."""

    async def close(self):
        """Nothing is open."""


class Hanging:
    """A connection that never comes about."""

    opened = closed = False

    async def open(self):
        self.opened = True
        await asyncio.Event().wait()

    async def close(self):
        self.closed = True


@pytest.mark.broker
async def test_a_cut_link_to_event_hubs_heals_without_repeats(eventhub_bench, eventhub_environment):
    """29, 30"""
    bench, handled = eventhub_bench, []
    topic = bench.topic()
    async with Link(eventhub_environment["EVENTHUB_CUSTOM_ENDPOINT"].removeprefix("sb://")) as link:
        config = TransportConfig.from_env(
            {**eventhub_environment, "EVENTHUB_CUSTOM_ENDPOINT": f"sb://{link.address}"}
        )
        consumer = await create_consumer(
            config=config,
            domain="tests",
            worker_name="w",
            topics=[topic],
            message_handler=into(handled),
            options=ConsumerOptions(session_timeout=2.5),
        )
        await consumer.start()
        try:
            for number in range(2):
                await bench.send(topic, str(number).encode())
                await bench.until(lambda number=number: len(handled) == number + 1)
                await bench.until_committed(topic, number + 1)
                link.cut()
                if number == 0:
                    await bench.until(lambda: not consumer.health().healthy)
                link.mend()
            await bench.until(lambda: consumer.health().healthy)
        finally:
            await consumer.stop()
    assert handled == [b"0", b"1"]
