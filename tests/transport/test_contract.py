"""The contract, each test under its number, on every transport it applies to.

One class of tests, and a subclass for each transport that overrides nothing but the broker.
"""

import asyncio
import contextlib
import itertools
import logging
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from transport import (
    EVENTHUB,
    KAFKA,
    BrokerUnavailableError,
    PermanentError,
    SendError,
    TransportConfig,
    UsageError,
    browse,
    create_consumer,
    create_producer,
    lag,
)
from transport.contract import MEMORY

LIMIT = 1_048_576  # bytes of a message, on every transport
ODD_MESSAGES = [  # key, value (each another), headers
    (None, b"plain", ()),
    (b"key", None, ()),
    (b"", b"", (("empty", b""),)),
    (b"\xff\x00 key", bytes(range(256)), (("bytes", bytes(range(256))),)),
    ("ключ".encode(), b"text", (("имя", b"1"), ("x-pipeline-key", b"2"))),
    (b"k" * 300, b"twice", (("a", b"1"), ("b", b"2"), ("a", b"3"))),
]


def numbered(count: int, start: int = 0) -> list[bytes]:
    return [str(number).encode() for number in range(start, start + count)]


class Recorder:
    """A handler that remembers what it finished, and fails or waits where a test says so."""

    def __init__(self, fail=None, wait=None):
        self.done = []
        self.attempts = []
        self.times = []
        self.fail = fail
        self.wait = wait

    async def __call__(self, message):
        self.attempts.append(message.value)
        self.times.append(time.monotonic())
        if self.wait is not None:
            await self.wait(message)
        if self.fail is not None and (error := self.fail(message)):
            raise error
        self.done.append(message)

    @property
    def values(self):
        return [message.value for message in self.done]


def fails_at(*values, error=ValueError):
    return lambda message: error(f"no {message.value!r} please") if message.value in values else None


class ContractTests:
    """What every transport keeps."""

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

    async def test_partitions_keep_their_order_side_by_side(self, bench):
        """14"""
        topic, handler = bench.topic(), Recorder()
        for number in range(60):
            await bench.send(topic, str(number).encode(), key=f"key {number % 12}".encode())
        await bench.consume(topic, handler)
        await bench.until(lambda: len(handler.done) == 60)
        for partition in {message.partition for message in handler.done}:
            offsets = [message.offset for message in handler.done if message.partition == partition]
            assert offsets == sorted(offsets)
        for key in {message.key for message in handler.done}:
            values = [int(message.value) for message in handler.done if message.key == key]
            assert values == sorted(values)

    async def test_a_stuck_partition_does_not_starve_the_others(self, bench):
        """17"""
        topic, gate = bench.topic(), asyncio.Event()
        stuck: list[int] = []

        async def wait(message):
            if not stuck:
                stuck.append(message.partition)
            if message.partition == stuck[0]:
                await gate.wait()

        handler = Recorder(wait=wait)
        for number in range(48):
            await bench.send(topic, b"x", key=f"key {number}".encode())
        await bench.consume(topic, handler)
        await bench.until(lambda: bool(stuck))
        await bench.until(lambda: len({m.partition for m in handler.done}) >= 2)
        assert stuck[0] not in {message.partition for message in handler.done}
        gate.set()
        await bench.until(lambda: len(handler.done) == 48)

    async def test_a_full_buffer_pauses_intake_and_resumes(self, bench):
        """16"""
        topic, gate = bench.topic(), asyncio.Event()

        async def wait(_):
            await gate.wait()

        handler = Recorder(wait=wait)
        await bench.send(topic, *numbered(5))
        consumer = await bench.consume(topic, handler, max_buffered=4)
        await bench.until(lambda: bool(handler.attempts))
        await bench.until(lambda: sum(one.buffered for one in consumer.health().partitions) == 4)
        await bench.send(topic, *numbered(30, start=5))
        assert sum(one.buffered for one in consumer.health().partitions) <= 4 + 30
        gate.set()
        await bench.until(lambda: len(handler.done) == 35)
        assert handler.values == numbered(35)

    async def test_pauses_between_attempts_grow(self, bench):
        """18"""
        topic, handler = bench.topic(), Recorder(fail=fails_at(b"0"))
        await bench.send(topic, b"0")
        await bench.consume(topic, handler, retry_first=0.05, retry_max=60)
        await bench.until(lambda: len(handler.attempts) >= 5)
        gaps = [later - earlier for earlier, later in itertools.pairwise(handler.times[:5])]
        for doublings, gap in enumerate(gaps):
            assert gap >= 0.05 * 2**doublings * 0.5
        assert gaps[3] > gaps[0]

    async def test_a_message_that_stays_bad_goes_to_the_dead_letters(self, bench):
        """19"""
        topic, handler = bench.topic(), Recorder(fail=fails_at(b"\xff bad"))
        await bench.send(topic, b"0", key=b"k")
        await bench.send(topic, b"\xff bad", key=b"k", headers=[("trace", b"\x00\xff"), ("trace", b"2")])
        await bench.send(topic, b"2", key=b"k")
        consumer = await bench.consume(topic, handler, dead_letter=True, max_attempts=3)
        await bench.until_committed(topic, 3)
        assert handler.attempts == [b"0", *[b"\xff bad"] * 3, b"2"]
        assert consumer.health().healthy
        (dead,) = await read(bench, f"{topic}.dead", 1)
        origin = handler.done[0]
        assert (dead.value, dead.key) == (b"\xff bad", b"k")
        assert dead.headers[:2] == (("trace", b"\x00\xff"), ("trace", b"2"))
        assert dict(dead.headers[2:]) == {
            "x-origin-topic": topic.encode(),
            "x-origin-partition": str(origin.partition).encode(),
            "x-origin-offset": b"1",
            "x-attempts": b"3",
            "x-reason": b"ValueError: no b'\\xff bad' please",
        }

    async def test_a_dead_letter_that_is_refused_holds_the_offset(self, bench):
        """20"""
        topic = bench.topic()
        huge = b"x" * (LIMIT - 500)  # with what a dead letter adds it is too large
        handler = Recorder(fail=lambda m: PermanentError("y" * 600) if m.value == huge else None)
        await bench.send(topic, b"0", huge, b"2")
        consumer = await bench.consume(topic, handler, dead_letter=True)
        await bench.until(lambda: not consumer.health().healthy)
        assert "no dead letter is taken" in consumer.health().reason
        await bench.until_committed(topic, 1)
        await consumer.stop()
        assert handler.values == [b"0"]
        assert list((await bench.committed(topic)).values()) == [1]

    async def test_a_permanent_error_skips_the_retries(self, bench):
        """21"""
        topic, handler = bench.topic(), Recorder(fail=fails_at(b"1", error=PermanentError))
        await bench.send(topic, *numbered(3))
        await bench.consume(topic, handler, dead_letter="{topic}.rejected", max_attempts=100)
        await bench.until_committed(topic, 3)
        assert handler.attempts == numbered(3)

    async def test_without_dead_letters_a_bad_message_is_held_and_shows(self, bench):
        """23"""
        topic, well = bench.topic(), asyncio.Event()
        handler = Recorder(fail=lambda m: None if well.is_set() else PermanentError("broken"))
        await bench.send(topic, b"0", b"1")
        consumer = await bench.consume(topic, handler)
        await bench.until(lambda: not consumer.health().healthy)
        health = consumer.health()
        assert health.ready
        assert "is held at 0 after 1 attempts, as there is no dead-letter topic" in health.reason
        assert [one.held is not None for one in health.partitions].count(True) == 1
        await bench.until(lambda: len(handler.attempts) >= 4)  # it is tried again, and never skipped
        well.set()
        await bench.until(lambda: handler.values == [b"0", b"1"])
        await bench.until(lambda: consumer.health().healthy)

    async def test_positions_are_committed_soon(self, bench):
        """25"""
        topic, handler = bench.topic(), Recorder()
        await bench.consume(topic, handler, commit_interval=0.1)
        await bench.send(topic, *numbered(5))
        await bench.until(lambda: len(handler.done) == 5)
        finished = time.monotonic()
        await bench.until_committed(topic, 5)
        assert time.monotonic() - finished < 3

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
        handler = Recorder()
        await bench.consume(topic, handler)
        await bench.until(lambda: handler.values == [b"0"])  # it comes again

    async def test_a_failed_start_leaves_nothing_open(self, bench, nowhere):
        """33"""
        before = asyncio.all_tasks()
        consumer = await create_consumer(
            config=nowhere, domain="tests", worker_name="lost", topics=["t"], message_handler=Recorder()
        )
        with pytest.raises(BrokerUnavailableError) as caught:
            await consumer.start()
        assert consumer.health().state == "stopped"
        await bench.until(lambda: asyncio.all_tasks() <= before)
        if bench.name == KAFKA:
            assert "no Kafka broker answers at 127.0.0.1:1 (KAFKA_BOOTSTRAP_SERVERS)" in str(caught.value)
        if bench.name == EVENTHUB:
            assert "sb://127.0.0.1:1 (EVENTHUB_CUSTOM_ENDPOINT)" in str(caught.value)

    async def test_key_value_and_headers_arrive_as_sent(self, bench):
        """34"""
        topic, handler = bench.topic(), Recorder()
        for key, value, headers in ODD_MESSAGES:
            await bench.send(topic, value, key=key, headers=headers)
        await bench.consume(topic, handler)
        await bench.until(lambda: len(handler.done) == len(ODD_MESSAGES))
        arrived = {message.value: (message.key, message.headers) for message in handler.done}
        assert arrived == {value: (key, headers) for key, value, headers in ODD_MESSAGES}

    async def test_the_same_key_goes_to_the_same_partition(self, bench):
        """34; what browsing finds, the handler gets"""
        topic, handler = bench.topic(), Recorder()
        for key in (b"one", b"two", b"\xff"):
            await bench.send(topic, *numbered(3), key=key)
        messages = await read(bench, topic, 9)
        for key in (b"one", b"two", b"\xff"):
            assert len({message.partition for message in messages if message.key == key}) == 1
        await bench.consume(topic, handler)
        await bench.until(lambda: len(handler.done) == 9)
        assert sorted(handler.done, key=lambda message: (message.partition, message.offset)) == messages

    async def test_a_send_is_acknowledged_or_raises(self, bench):
        """35"""
        topic = bench.topic()
        await bench.send(topic, b"0")
        with pytest.raises(SendError):
            await bench.send(topic, b"x" * 2 * LIMIT)
        await bench.send(topic, b"2")
        assert [message.value for message in await read(bench, topic, 2)] == [b"0", b"2"]

    async def test_stopping_a_producer_waits_for_its_sends(self, bench):
        """36"""
        topic = bench.topic()
        producer = create_producer(config=bench.config, domain="tests", worker_name="p")
        await producer.start()
        sending = [asyncio.create_task(producer.send(topic, value, key=b"k")) for value in numbered(30)]
        await asyncio.sleep(0)
        await producer.stop()
        await asyncio.gather(*sending)
        assert len(await read(bench, topic, 30)) == 30
        with pytest.raises(UsageError):
            await producer.send(topic, b"late")

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

    async def test_a_topic_that_does_not_exist_yet_can_be_consumed(self, bench):
        """Start order does not matter."""
        topic, handler = bench.topic(), Recorder()
        consumer = await bench.consume(topic, handler)
        assert consumer.health().ready
        assert consumer.health().partitions
        await bench.send(topic, b"0")
        await bench.until(lambda: handler.values == [b"0"])

    async def test_a_cancellation_that_slips_out_of_a_handler_is_a_failure(self, bench):
        """The lane lives on and the message comes again."""
        topic, calls = bench.topic(), []

        async def handle(message):
            calls.append(message.value)
            if len(calls) < 3:
                raise asyncio.CancelledError

        await bench.send(topic, b"0")
        await bench.consume(topic, handle)
        await bench.until_committed(topic, 1)
        assert calls == [b"0"] * 3

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

    async def test_secrets_never_reach_a_log(self, bench, caplog):
        """41"""
        caplog.set_level(logging.DEBUG)
        topic, handler = bench.topic(), Recorder(fail=fails_at(b"top secret"))
        await bench.send(topic, b"top secret")
        consumer = await bench.consume(topic, handler)
        await bench.until(lambda: len(handler.attempts) >= 2)
        await consumer.stop()
        secrets = [
            part.partition("SharedAccessKey=")[2] for part in bench.config.connection_string.split(";")
        ]
        told = caplog.text + repr(bench.config) + repr(consumer)
        for secret in filter(None, secrets):
            assert secret not in told
        ours = [record.getMessage() for record in caplog.records if record.name == "transport"]
        assert any("the handler failed at 0" in line for line in ours)

    async def test_a_killed_process_loses_no_message(self, bench):
        """8"""
        if bench.name == MEMORY:
            pytest.skip("a memory broker dies with its process")
        topic, handler = bench.topic(), Recorder()
        await bench.send(topic, *numbered(30))
        script = Path(__file__).with_name("child_consumer.py")
        environment = {**os.environ, **environment_of(bench.config), "PYTHONPATH": str(Path.cwd())}
        child = await asyncio.create_subprocess_exec(
            sys.executable, str(script), topic, bench.worker, env=environment, stdout=subprocess.PIPE
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


async def read(bench, topic, count):
    """The first `count` messages of a topic, by partition and offset."""
    found = []
    async with contextlib.aclosing(
        browse(config=bench.config, topic=topic, until=time.monotonic() + 20)
    ) as messages:
        while len(found) < count:
            found.append(await anext(messages))
    return sorted(found, key=lambda message: (message.partition, message.offset))


def environment_of(config):
    if config.transport == KAFKA:
        return {"PIPELINE_TRANSPORT": KAFKA, "KAFKA_BOOTSTRAP_SERVERS": config.bootstrap_servers}
    return {
        "PIPELINE_TRANSPORT": EVENTHUB,
        "EVENTHUB_NAMESPACE_CONNECTION_STRING": config.connection_string,
        "EVENTHUB_CUSTOM_ENDPOINT": config.custom_endpoint,
        "EVENTHUB_CA_FILE": config.ca_file,
        "EVENTHUB_CHECKPOINT_STORE": config.checkpoint_store,
    }


class TestMemory(ContractTests):
    @pytest.fixture
    def bench(self, memory_bench):
        return memory_bench

    @pytest.fixture
    def nowhere(self, memory_bench):
        memory_bench.config.memory.down = True
        return memory_bench.config


@pytest.mark.broker
class TestKafka(ContractTests):
    @pytest.fixture
    def bench(self, kafka_bench):
        return kafka_bench

    @pytest.fixture
    def nowhere(self):
        return TransportConfig(transport=KAFKA, bootstrap_servers="127.0.0.1:1")


@pytest.mark.broker
class TestRealKafka(ContractTests):
    @pytest.fixture
    def bench(self, real_kafka_bench):
        return real_kafka_bench

    @pytest.fixture
    def nowhere(self):
        return TransportConfig(transport=KAFKA, bootstrap_servers="127.0.0.1:1")


@pytest.mark.broker
class TestEventHubs(ContractTests):
    @pytest.fixture
    def bench(self, eventhub_bench):
        return eventhub_bench

    @pytest.fixture
    def nowhere(self, eventhub_bench):
        found = environment_of(eventhub_bench.config)
        return TransportConfig.from_env({**found, "EVENTHUB_CUSTOM_ENDPOINT": "sb://127.0.0.1:1"})


@pytest.mark.broker
class TestEventHubsOnBlobs:
    """What depends on the checkpoint store, with one in a blob container. Members: test_members.py."""

    test_commits = ContractTests.test_a_message_is_committed_only_after_its_handler_returned
    test_failures = ContractTests.test_a_later_success_never_passes_a_failure
    test_stops = ContractTests.test_a_stop_in_the_middle_loses_nothing_and_commits_exactly
    test_kills = ContractTests.test_a_killed_process_loses_no_message
    test_lag = ContractTests.test_lag_tells_how_far_a_group_is

    @pytest.fixture
    def bench(self, blob_bench):
        return blob_bench
