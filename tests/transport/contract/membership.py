"""Several members of one group."""

import asyncio
import contextlib

import pytest

from tests.transport.contract.messages import Recorder, numbered
from transport import KAFKA


class MembershipTests:
    @pytest.fixture
    def shared(self, bench):
        """A group that bears several members."""
        if bench.name == KAFKA and bench.broker == "stand-in":
            pytest.skip("librdkafka's mock cluster refuses commits during a rebalance")

    @pytest.mark.usefixtures("shared")
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

    @pytest.mark.usefixtures("shared")
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

    @pytest.mark.usefixtures("shared")
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

    @pytest.mark.usefixtures("shared")
    async def test_members_that_begin_together_drop_nothing(self, bench):
        """12: what is fetched before an assignment is told must not vanish"""
        topic, handler = bench.topic(), Recorder()
        for number in range(120):
            await bench.send(topic, str(number).encode(), key=f"key {number}".encode())
        await asyncio.gather(bench.consume(topic, handler), bench.consume(topic, handler))
        await bench.until(lambda: {*handler.values} == {*numbered(120)}, 30)
        await bench.until_committed(topic, 120)

    @pytest.mark.usefixtures("shared")
    async def test_a_stale_owner_cannot_turn_a_position_back(self, bench):
        """11: what a handler finishes after its partition has moved is the new owner's to commit"""
        topic, begun, release, late = bench.topic(), asyncio.Event(), asyncio.Event(), []
        keys = [f"key {number}".encode() for number in range(24)]

        async def stubborn(message):
            begun.set()
            while not release.is_set():
                with contextlib.suppress(asyncio.CancelledError):
                    await release.wait()
            late.append(message)

        for key in keys:
            await bench.send(topic, b"x", key=key)
        await bench.consume(topic, stubborn, drain_timeout=0.1)
        await begun.wait()
        handler = Recorder()
        second = await bench.consume(topic, handler)
        await bench.until(lambda: len(parts(second)) == 2, 30)
        mine = parts(second)
        await bench.until(lambda: second.health().healthy and bool(handler.done), 30)

        async def all_mine():
            stored = await bench.committed(topic)
            return sum(stored.get(number, 0) for number in mine) == len(handler.done) > 0

        await bench.until(all_mine, 30)
        before = {number: at for number, at in (await bench.committed(topic)).items() if number in mine}
        release.set()
        await bench.until(lambda: bool(late))
        await bench.until_committed(topic, 24)
        after = await bench.committed(topic)
        assert all(after[number] >= at for number, at in before.items())


def note(handled, seconds=0.0):
    async def handle(message):
        await asyncio.sleep(seconds)
        handled.append(message)

    return handle


def parts(consumer):
    return {one.partition for one in consumer.health().partitions}
