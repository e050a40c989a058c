"""What becomes of a message whose handler fails."""

import asyncio
import itertools

from tests.transport.contract.messages import LIMIT, Recorder, fails_at, numbered, read
from transport import PermanentError


class FailureTests:
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

    async def test_a_message_that_must_wait_long_goes_through_retry_topics(self, bench):
        """19: attempts in place, then a wait in a topic, then again, and only then the dead letters"""
        topic, waits = bench.topic(), (0.3, 0.31)
        handler = Recorder(fail=fails_at(b"bad"))
        await bench.send(topic, b"bad", b"next", headers=[("trace", b"1")])
        consumer = await bench.consume(topic, handler, dead_letter=True, max_attempts=2, retry_after=waits)
        await bench.until_committed(topic, 2)
        assert handler.attempts[:2] == [b"bad", b"bad"]
        assert handler.attempts.count(b"next") == 1
        (dead,) = await read(bench, f"{topic}.dead", 1)
        assert handler.attempts.count(b"bad") == 6
        tries = [at for at, value in zip(handler.times, handler.attempts, strict=True) if value == b"bad"]
        assert tries[2] - tries[1] >= waits[0] - 0.01
        assert tries[4] - tries[3] >= waits[1] - 0.01
        origin = dict(dead.headers)
        assert dead.headers[0] == ("trace", b"1")
        assert (origin["x-origin-topic"], origin["x-attempts"]) == (topic.encode(), b"6")
        assert origin["x-origin-offset"] == b"0"
        await bench.until_committed(f"{topic}.retry.0.3s", 1)
        assert consumer.health().healthy

    async def test_out_of_a_retry_topic_a_message_is_what_it_was(self, bench):
        """19, 34"""
        topic, seen = bench.topic(), []

        async def handle(message):
            seen.append(message)
            if len(seen) == 1:
                raise ValueError("not yet")

        await bench.send(topic, b"\xff", key=b"\x00 key", headers=[("trace", b"1"), ("trace", b"2")])
        await bench.consume(topic, handle, max_attempts=1, retry_after=(0.05,))
        await bench.until(lambda: len(seen) == 2)
        assert seen[0] == seen[1]
        await bench.until_committed(f"{topic}.retry.0.05s", 1)

    async def test_an_outage_puts_nothing_away(self, bench):
        """The breaker: everything fails, so it is the world's fault, and it is said."""
        topic, up = bench.topic(), asyncio.Event()
        handler = Recorder(fail=lambda _: None if up.is_set() else ConnectionError("the API is down"))
        for number in range(12):
            await bench.send(topic, str(number).encode(), key=f"key {number}".encode())
        options = {"dead_letter": True, "max_attempts": 3, "breaker_messages": 6, "ordering": "unordered"}
        consumer = await bench.consume(topic, handler, **options)
        await bench.until(lambda: "seems to be down" in consumer.health().reason)
        assert "ConnectionError: the API is down" in consumer.health().reason
        tried = len(handler.attempts)
        await bench.until(lambda: len(handler.attempts) >= tried + 5)  # one now and again
        up.set()
        await bench.until_committed(topic, 12)
        assert sorted(handler.values, key=int) == numbered(12)
        assert consumer.health().healthy

    async def test_messages_that_are_bad_themselves_are_no_outage(self, bench):
        """21: permanent errors do not count"""
        topic, handler = bench.topic(), Recorder(fail=lambda _: PermanentError("bad"))
        await bench.send(topic, *numbered(12))
        await bench.consume(topic, handler, dead_letter=True, breaker_messages=2)
        await bench.until_committed(topic, 12)
        assert handler.attempts == numbered(12)
