"""Several members of one group, on the brokers that bear it.

Of Kafka it is the real one: the stand-in refuses commits during a rebalance.
"""

import asyncio

import pytest

from transport import ConfigurationError, create_consumer


class MemberTests:
    async def test_two_members_own_disjoint_partitions(self, bench):
        """42, 9"""
        topic, handled = bench.topic(), {"first": [], "second": []}
        first = await bench.consume(topic, note(handled["first"]))
        assert len(first.health().partitions) == 4
        second = await bench.consume(topic, note(handled["second"]))
        await bench.until(lambda: [len(parts(first)), len(parts(second))] == [2, 2], 30)
        assert not parts(first) & parts(second)
        for number in range(40):
            await bench.send(topic, str(number).encode(), key=f"key {number}".encode())
        await bench.until(lambda: len(handled["first"]) + len(handled["second"]) >= 40)
        assert {m.value for m in handled["first"] + handled["second"]} == {str(n).encode() for n in range(40)}
        assert {m.partition for m in handled["second"]} <= parts(second)

    async def test_members_that_come_and_go_lose_nothing(self, bench):
        """9, 10"""
        topic, handled = bench.topic(), []
        values = {str(number).encode() for number in range(60)}
        for number in range(60):
            await bench.send(topic, str(number).encode(), key=f"key {number}".encode())
        first = await bench.consume(topic, note(handled, seconds=0.01))
        await bench.until(lambda: len(handled) >= 10)
        await bench.consume(topic, note(handled, seconds=0.01))
        await first.stop()
        await bench.until(lambda: {message.value for message in handled} == values, 30)
        await bench.until_committed(topic, 60)

    async def test_a_partition_that_moves_is_committed_before_it_is_released(self, bench):
        """10"""
        topic, before, after = bench.topic(), [], []
        for number in range(40):
            await bench.send(topic, b"x", key=f"key {number}".encode())
        first = await bench.consume(topic, note(before), commit_interval=60)
        await bench.until(lambda: len(before) == 40)
        assert await bench.committed(topic) == {}
        await first.stop()
        second = await bench.consume(topic, note(after))
        assert sum((await bench.committed(topic)).values()) == 40
        await bench.send(topic, b"last")
        await bench.until(lambda: bool(after))
        assert [message.value for message in after] == [b"last"]
        assert second.health().healthy


class TestMemory(MemberTests):
    @pytest.fixture
    def bench(self, memory_bench):
        return memory_bench


@pytest.mark.broker
class TestRealKafka(MemberTests):
    @pytest.fixture
    def bench(self, real_kafka_bench):
        return real_kafka_bench


@pytest.mark.broker
class TestEventHubs(MemberTests):
    @pytest.fixture
    def bench(self, eventhub_bench):
        return eventhub_bench

    async def test_two_workers_may_not_share_a_consumer_group(self, bench):
        """Each would silently miss what the other gets."""
        topic, handled = bench.topic(), []
        await bench.consume(topic, note(handled))
        other = await create_consumer(
            config=bench.config,
            domain="tests",
            worker_name="other",
            topics=[topic],
            message_handler=note(handled),
        )
        with pytest.raises(
            ConfigurationError, match=r"of two workers in one consumer group each gets only a part"
        ):
            await other.start()


@pytest.mark.broker
class TestEventHubsOnBlobs(MemberTests):
    @pytest.fixture
    def bench(self, blob_bench):
        return blob_bench


def note(handled, seconds=0.0):
    async def handle(message):
        await asyncio.sleep(seconds)
        handled.append(message)

    return handle


def parts(consumer):
    return {one.partition for one in consumer.health().partitions}
