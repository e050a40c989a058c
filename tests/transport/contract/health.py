"""What a consumer knows of itself, and how it mends its connection."""

import asyncio

from tests.transport.contract.faults import Line
from tests.transport.contract.messages import Recorder, fails_at, numbered
from transport import lag


class HealthTests:
    async def test_lag_tells_how_far_a_group_is(self, bench):
        """37"""
        topic, handler = bench.topic(), Recorder(fail=fails_at(b"4"))
        assert sum(one.behind for one in await lag(config=bench.config, topic=topic, group=bench.group)) == 0
        await bench.send(topic, *numbered(7))
        behind = await lag(config=bench.config, topic=topic, group=bench.group)
        assert max(one.behind for one in behind) == 7
        assert [one.committed for one in behind] == [None] * len(behind)
        await bench.consume(topic, handler)
        await bench.until(lambda: handler.attempts.count(b"4") >= 2)
        await bench.until_committed(topic, 4)
        (one,) = [p for p in await lag(config=bench.config, topic=topic, group=bench.group) if p.end]
        assert (one.committed, one.end, one.behind) == (4, 7, 3)

    async def test_health_tells_of_each_partition(self, bench):
        """37: lag, in flight, oldest, retries, last commit"""
        topic, gate = bench.topic(), asyncio.Event()

        async def wait(message):
            if message.value == b"3":
                await gate.wait()

        handler = Recorder(wait=wait, fail=fails_at(b"4"))
        await bench.send(topic, *numbered(10))
        consumer = await bench.consume(
            topic,
            handler,
            ordering="unordered",
            stall_after=1.0,
            slow_after=0.2,
            retry_max=60,
            retry_first=60,
        )
        await bench.until_committed(topic, 3)

        def one():
            return next(one for one in consumer.health().partitions if one.busy_for is not None)

        await bench.until(lambda: one().lag == 7)
        await bench.until(lambda: "has been worked on for" in consumer.health().reason)
        assert f"{topic}[{one().partition}] at 3 (key 'key')" in one().busy_with
        assert (one().committed, one().in_flight, one().retrying, one().buffered) == (3, 1, 1, 0)
        assert one().committed_ago < 20
        assert consumer.health().ready
        assert consumer.health().live
        assert consumer.health().reason.count(";") == 0  # a slow handler is no dead link
        gate.set()

    async def test_a_dead_link_is_seen_although_the_client_is_content(self, bench):
        """28, 38"""
        topic, handler = bench.topic(), Recorder()
        consumer = await bench.make(topic, handler, stall_after=1.0)
        line = Line(consumer)
        await consumer.start()
        await bench.send(topic, b"0")
        await bench.until_committed(topic, 1)
        line.deaf = True
        await bench.send(topic, b"1")
        await bench.until(lambda: "messages that did not come for 1 s" in consumer.health().reason)
        assert not consumer.health().healthy
        await bench.until(lambda: handler.values == [b"0", b"1"])
        await bench.until(lambda: consumer.health().healthy)
        assert line.opened >= 2

    async def test_a_quiet_topic_is_no_dead_link(self, bench):
        """28"""
        topic, handler = bench.topic(), Recorder()
        consumer = await bench.make(topic, handler, stall_after=1.5)
        line = Line(consumer)
        await consumer.start()
        await bench.send(topic, b"0")
        await bench.until_committed(topic, 1)
        looks, opened = [], line.opened
        watched = consumer._watchdog._look

        async def look(gauge):
            await watched(gauge)
            looks.append(consumer.health().healthy)

        consumer._watchdog._look = look
        await bench.until(lambda: len(looks) >= 4)
        assert all(looks)
        assert line.opened == opened

    async def test_after_a_reconnect_nothing_is_handled_twice(self, bench):
        """29, 30: although what was finished could not be committed any more"""
        topic, handler = bench.topic(), Recorder()
        consumer = await bench.make(topic, handler)
        line = Line(consumer)
        await consumer.start()
        await bench.send(topic, b"0")
        await bench.until_committed(topic, 1)
        line.refusals = 1_000_000
        await bench.send(topic, *numbered(4, start=1))
        await bench.until(lambda: len(handler.done) == 5)
        line.cut()
        await bench.until(lambda: not consumer.health().ready)
        await bench.until(lambda: line.opened == 2, 30)
        line.refusals = 0
        await bench.send(topic, b"5")
        await bench.until_committed(topic, 6)
        assert handler.attempts == numbered(6)
        await bench.until(lambda: consumer.health().healthy)
