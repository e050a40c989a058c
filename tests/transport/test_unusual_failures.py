"""What a handler raises and nobody expects: no message is passed over, and nothing stands still unseen."""

import asyncio

from tests.transport.test_virtual import consumer_on, send, until, written
from tests.transport.virtually import virtually
from transport import PermanentError
from transport.memory import MemoryBroker


class PanicError(BaseException):
    """As PyO3 raises one for a panic in Rust, which is no Exception (pyo3_runtime.PanicException)."""


@virtually
async def test_a_panic_in_a_handler_is_a_failure_like_any_other():
    broker, calls = MemoryBroker(partitions=1), []

    async def handle(message):
        calls.append(message.value)
        if calls.count(b"0") < 3:
            raise PanicError("index out of bounds")

    consumer = await consumer_on(broker, handle)
    await send(broker, "t", b"0", b"1")
    await until(lambda: b"1" in calls)
    assert calls == [b"0", b"0", b"0", b"1"]
    assert consumer.health().healthy
    await consumer.stop()


@virtually
async def test_a_handler_that_panics_for_good_goes_to_the_dead_letters():
    broker = MemoryBroker(partitions=1)

    async def handle(message):
        raise PanicError("index out of bounds")

    consumer = await consumer_on(broker, handle, max_attempts=2, dead_letter=True)
    await send(broker, "t", b"0")
    await until(lambda: written(broker, "t.dead"))
    (dead,) = written(broker, "t.dead")
    assert dict(dead.headers)["x-reason"] == b"PanicError: index out of bounds"
    await consumer.stop()


@virtually
async def test_what_a_handler_raises_after_it_was_given_up_buries_nothing():
    """Its partition may be another member's by then."""
    broker, late = MemoryBroker(partitions=1), asyncio.Event()

    async def handle(message):
        while not late.is_set():
            try:
                await late.wait()
            except asyncio.CancelledError:
                continue
        raise PermanentError("too late")

    consumer = await consumer_on(broker, handle, dead_letter=True, drain_timeout=1.0)
    await send(broker, "t", b"0")
    await until(lambda: consumer.health().partitions[0].in_flight)
    await consumer.stop()
    late.set()
    await asyncio.sleep(5)
    assert not written(broker, "t.dead")


class SpeechlessError(Exception):
    """Cannot say what it is about."""

    def __str__(self):
        return self.args[1]


@virtually
async def test_an_error_that_cannot_say_what_it_is_goes_to_the_dead_letters_like_any_other():
    broker, done = MemoryBroker(partitions=1), []

    async def handle(message):
        if message.value == b"0":
            raise SpeechlessError
        done.append(message.value)

    consumer = await consumer_on(broker, handle, max_attempts=1, dead_letter=True)
    await send(broker, "t", b"0", b"1")
    await until(lambda: done == [b"1"])
    (dead,) = written(broker, "t.dead")
    assert dict(dead.headers)["x-reason"] == b"SpeechlessError: its text cannot be made: IndexError"
    await consumer.stop()


@virtually
async def test_a_dead_letter_that_is_larger_than_the_broker_takes_is_held_and_says_so():
    """Its own bytes are untouched, and what is told of it does not fit beside them."""
    broker, done = MemoryBroker(partitions=1), []

    async def handle(message):
        if message.key == b"large":
            raise PermanentError("no such thing")
        done.append(message.value)

    consumer = await consumer_on(broker, handle, ordering="key", dead_letter=True)
    await send(broker, "t", b"x" * (broker.message_limit - 5), key=b"large")
    await send(broker, "t", b"1")
    await until(lambda: done == [b"1"])
    assert "no dead letter is taken: sending to t.dead: the message is larger" in consumer.health().reason
    broker.message_limit *= 2
    await until(lambda: written(broker, "t.dead"))
    await until(lambda: consumer.health().healthy)
    await consumer.stop()
