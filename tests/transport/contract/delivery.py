"""What is delivered, what is committed, and when."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.transport.contract.faults import Line
from tests.transport.contract.messages import Recorder, fails_at, numbered
from transport import browse
from transport.adapter import Progress
from transport.contract import MEMORY

CHILD = Path(__file__).parents[1] / "child_consumer.py"


class DeliveryTests:
    async def test_the_handler_is_called_for_each_message(self, bench):
        """1"""
        topic, handler = bench.topic(), Recorder()
        await bench.send(topic, *numbered(20))
        await bench.consume(topic, handler)
        await bench.until(lambda: len(handler.done) == 20)
        assert handler.values == numbered(20)
        first = handler.done[0]
        assert (first.topic, first.offset, first.key) == (topic, 0, b"key")
        assert abs(first.timestamp / 1000 - time.time()) < 60

    async def test_a_message_is_committed_only_after_its_handler_returned(self, bench):
        """2"""
        topic, gate = bench.topic(), asyncio.Event()

        async def wait(message):
            if message.value == b"3":
                await gate.wait()

        handler = Recorder(wait=wait)
        await bench.send(topic, *numbered(10))
        await bench.consume(topic, handler, commit_interval=0)
        await bench.until_committed(topic, 3)
        assert handler.attempts[-1] == b"3"
        assert list((await bench.committed(topic)).values()) == [3]
        gate.set()
        await bench.until_committed(topic, 10)

    async def test_a_failed_message_is_not_committed_and_comes_again(self, bench):
        """3, 4"""
        topic, well = bench.topic(), asyncio.Event()
        handler = Recorder(
            fail=lambda m: ValueError("not yet") if m.value == b"2" and not well.is_set() else None
        )
        await bench.send(topic, *numbered(5))
        await bench.consume(topic, handler)
        await bench.until(lambda: handler.attempts.count(b"2") >= 3)
        assert handler.values == [b"0", b"1"]
        assert sum((await bench.committed(topic)).values()) <= 2
        well.set()
        await bench.until(lambda: handler.values == numbered(5))
        await bench.until_committed(topic, 5)

    async def test_a_later_success_never_passes_a_failure(self, bench):
        """5"""
        topic, handler = bench.topic(), Recorder(fail=fails_at(b"3"))
        await bench.send(topic, *numbered(6))
        consumer = await bench.consume(topic, handler, commit_interval=0)
        await bench.until(lambda: handler.attempts.count(b"3") >= 8)
        await consumer.stop()
        assert handler.values == numbered(3)
        assert list((await bench.committed(topic)).values()) == [3]

    async def test_a_killed_process_loses_no_message(self, bench):
        """8"""
        if bench.name == MEMORY:
            pytest.skip("a memory broker dies with its process")
        topic, handler = bench.topic(), Recorder()
        await bench.send(topic, *numbered(30))
        environment = {**os.environ, **bench.environment, "PYTHONPATH": str(Path.cwd())}
        child = await asyncio.create_subprocess_exec(
            sys.executable, str(CHILD), topic, bench.worker, env=environment, stdout=subprocess.PIPE
        )
        try:
            handled = [(await child.stdout.readline()).strip() for _ in range(12)]
        finally:
            child.send_signal(signal.SIGKILL)
            handled += (await child.stdout.read()).split()
            await child.wait()
        assert len(handled) < 30
        await bench.consume(topic, handler)
        await bench.until(lambda: {*handled, *handler.values} >= {*numbered(30)})
        assert handler.values == sorted(handler.values, key=int)

    async def test_positions_are_committed_soon(self, bench):
        """25"""
        topic, handler = bench.topic(), Recorder()
        await bench.consume(topic, handler, commit_interval=0.1)
        await bench.send(topic, *numbered(5))
        await bench.until(lambda: len(handler.done) == 5)
        finished = time.monotonic()
        await bench.until_committed(topic, 5)
        assert time.monotonic() - finished < 3

    async def test_a_topic_that_does_not_exist_yet_can_be_consumed(self, bench):
        """Start order does not matter."""
        topic, handler = bench.topic(), Recorder()
        consumer = await bench.consume(topic, handler)
        assert consumer.health().ready
        assert consumer.health().partitions
        await bench.send(topic, b"0")
        await bench.until(lambda: handler.values == [b"0"])

    async def test_browsing_reads_everything_and_commits_nothing(self, bench):
        """Old messages and those that come while it waits."""
        topic = bench.topic()
        await bench.send(topic, *numbered(3))
        async with contextlib.aclosing(
            browse(config=bench.config, topic=topic, until=time.monotonic() + 20)
        ) as messages:
            found = [(await anext(messages)).value for _ in range(3)]
            await bench.send(topic, b"3")
            found.append((await anext(messages)).value)
        assert found == numbered(4)
        assert await bench.committed(topic) == {}

    async def test_a_refused_commit_is_tried_again(self, bench):
        """24"""
        topic, handler = bench.topic(), Recorder()
        await bench.send(topic, *numbered(3))
        consumer = await bench.make(topic, handler)
        line = Line(consumer)
        line.refusals = 3
        await consumer.start()
        await bench.until_committed(topic, 3)
        assert line.refusals == 0
        assert handler.values == numbered(3)
        assert consumer.health().healthy

    @pytest.mark.parametrize("text", ["somebody else's", "1:99:0.5"])
    async def test_what_others_store_with_a_position_is_ignored(self, bench, text):
        """26"""
        topic, handler = bench.topic(), Recorder()
        await bench.send(topic, *numbered(5))
        consumer = await bench.consume(topic, Recorder(fail=fails_at(b"2")))
        await bench.until(lambda: any(lane.committed for lane in consumer._lanes.values()))
        (lane,) = [lane for lane in consumer._lanes.values() if lane.committed]
        await bench.until(lambda: lane.committed.mark.offset == 1)
        await consumer._source.commit({lane.partition: Progress(lane.committed.mark, text)})
        await consumer.stop()
        await bench.consume(topic, handler)
        await bench.until(lambda: handler.values == numbered(3, start=2))

    async def test_positions_without_messages_are_passed(self, bench):
        """27"""
        topic, handler = bench.topic(), Recorder()
        await bench.send(topic, b"0")
        await bench.skip(topic)
        await bench.send(topic, b"1", b"2")
        await bench.consume(topic, handler)
        await bench.until(lambda: handler.values == numbered(3))
        last = handler.done[-1]
        assert last.offset > 2
        await bench.until_committed(topic, last.offset + 1)
