"""How a consumer starts and ends."""

import asyncio
import time

import pytest

from tests.transport.contract.messages import Recorder, numbered
from transport import EVENTHUB, KAFKA, BrokerUnavailableError, create_consumer


class LifecycleTests:
    async def test_a_stop_in_the_middle_loses_nothing_and_commits_exactly(self, bench):
        """6, 7"""
        topic, gate, handler = bench.topic(), asyncio.Event(), Recorder()

        async def wait(message):
            if message.value == b"7":
                gate.set()
                await asyncio.sleep(0.05)  # so that the stop finds it running

        first = Recorder(wait=wait)
        await bench.send(topic, *numbered(20))
        consumer = await bench.consume(topic, first, commit_interval=60)
        await gate.wait()
        await consumer.stop()
        assert first.values == numbered(8)
        assert list((await bench.committed(topic)).values()) == [8]
        await bench.consume(topic, handler)
        await bench.until(lambda: len(handler.done) >= 12)
        assert handler.values == numbered(12, start=8)

    async def test_a_running_handler_may_finish_on_stop(self, bench):
        """31"""
        topic, started = bench.topic(), asyncio.Event()

        async def wait(_):
            started.set()
            await asyncio.sleep(0.3)

        handler = Recorder(wait=wait)
        await bench.send(topic, b"0", b"1")
        consumer = await bench.consume(topic, handler)
        await started.wait()
        await consumer.stop()
        assert handler.values == [b"0"]
        assert list((await bench.committed(topic)).values()) == [1]

    async def test_stop_is_idempotent_and_bounded(self, bench):
        """32"""
        topic, started, cancelled = bench.topic(), asyncio.Event(), asyncio.Event()

        async def wait(_):
            started.set()
            try:
                await asyncio.Event().wait()
            finally:
                cancelled.set()

        await bench.send(topic, b"0")
        consumer = await bench.consume(topic, Recorder(wait=wait), drain_timeout=0.2)
        await started.wait()
        began = time.monotonic()
        await asyncio.gather(consumer.stop(), consumer.stop())
        await consumer.stop()
        assert time.monotonic() - began < 5
        assert cancelled.is_set()
        assert consumer.health().state == "stopped"
        assert not consumer.health().live
        handler = Recorder()
        await bench.consume(topic, handler)
        await bench.until(lambda: handler.values == [b"0"])  # it comes again

    async def test_a_failed_start_leaves_nothing_open(self, bench):
        """33"""
        before = asyncio.all_tasks()
        consumer = await create_consumer(
            config=bench.nowhere(),
            domain="tests",
            worker_name="lost",
            topics=["t"],
            message_handler=Recorder(),
        )
        with pytest.raises(BrokerUnavailableError) as caught:
            await consumer.start()
        assert consumer.health().state == "stopped"
        await bench.until(lambda: asyncio.all_tasks() <= before)
        if bench.name == KAFKA:
            assert "no Kafka broker answers at 127.0.0.1:1 (KAFKA_BOOTSTRAP_SERVERS)" in str(caught.value)
        if bench.name == EVENTHUB:
            assert "sb://127.0.0.1:1 (EVENTHUB_CUSTOM_ENDPOINT)" in str(caught.value)
