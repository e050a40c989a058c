"""What a group stored comes back with its partitions, and a connection of its own tells how far they go."""

import asyncio

import pytest

from transport.adapter import Extent, Progress
from transport.contract import TopicPartition
from transport.factory import gauge
from transport.watermark import Mark


class ProgressTests:
    async def test_what_was_stored_beyond_a_position_comes_back_with_the_partition(self, bench):
        topic, handler = bench.topic(), ignore
        await bench.send(topic, *[b"x"] * 5)
        consumer = await bench.make(topic, handler)
        told = watched(consumer)
        await consumer.start()
        (place,) = [place for place in told if await written(bench, place)]
        assert set(told.values()) == {None}
        await bench.until_committed(topic, 5)
        cursor = consumer._lanes[place].watermark.reached.cursor
        await consumer._source.commit({place: Progress(Mark(4, cursor), "in the engine's words")})
        await consumer.stop()
        second = await bench.make(topic, handler)
        told = watched(second)
        await second.start()
        assert told[place] == Progress(Mark(4, cursor), "in the engine's words")

    async def test_extents_are_asked_over_a_connection_of_their_own(self, bench):
        topic = bench.topic()
        await bench.send(topic, *[b"x"] * 5)
        places = [TopicPartition(topic, number) for number in range(4)]
        asking = gauge(bench.config)
        try:
            assert sorted((await asking.extents(places)).values()) == [Extent(0, 0)] * 3 + [Extent(0, 5)]
            await bench.send(topic, b"x")
            assert sorted((await asking.extents(places)).values()) == [Extent(0, 0)] * 3 + [Extent(0, 6)]
        finally:
            await asking.close()
        await asking.close()
        await bench.until(
            lambda: not [task for task in asyncio.all_tasks() if "transport" in task.get_name()]
        )


async def ignore(message):
    """Nothing to do."""


def watched(consumer):
    """What an adapter tells the consumer about its partitions."""
    told, assigned = {}, consumer.assigned

    def note(partitions):
        told.update(partitions)
        assigned(partitions)

    consumer.assigned = note
    return told


async def written(bench, place):
    asking = gauge(bench.config)
    try:
        return (await asking.extents([place]))[place].end > 0
    finally:
        await asking.close()


class TestMemory(ProgressTests):
    @pytest.fixture
    def bench(self, memory_bench):
        return memory_bench


@pytest.mark.broker
class TestKafka(ProgressTests):
    @pytest.fixture
    def bench(self, kafka_bench):
        return kafka_bench


@pytest.mark.broker
class TestEventHubs(ProgressTests):
    @pytest.fixture
    def bench(self, eventhub_bench):
        return eventhub_bench
