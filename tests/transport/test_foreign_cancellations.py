"""What a client cancels inside itself is a failure like any other; what we cancel is cancelled."""

import asyncio

import pytest

from tests.transport.test_virtual import now, send, until
from tests.transport.virtually import virtually
from transport import BrokerUnavailableError, CommitError, ConsumerOptions, TransportConfig
from transport.contract import TopicPartition
from transport.engine import Consumer
from transport.eventhub.errors import translated as from_event_hubs
from transport.kafka.client import translated as from_kafka
from transport.memory import MemoryBroker, MemoryGauge, MemorySource
from transport.sidings import Sidings

CONFIG = TransportConfig(transport="kafka", bootstrap_servers="127.0.0.1:1")


@pytest.mark.parametrize("translated", [from_kafka, from_event_hubs])
async def test_a_cancellation_from_inside_a_client_becomes_an_error(translated):
    future = asyncio.get_running_loop().create_future()
    future.cancel()
    told = r"joining: .* gave up what it was asked for"
    with pytest.raises(BrokerUnavailableError, match=told), translated("joining", CONFIG):
        await future
    with pytest.raises(CommitError), translated("committing", CONFIG, CommitError):
        await future


@pytest.mark.parametrize("translated", [from_kafka, from_event_hubs])
async def test_a_cancellation_of_ours_goes_through(translated):
    waiting = asyncio.Event()

    async def wait():
        with translated("waiting", CONFIG):
            waiting.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(wait())
    await waiting.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize("translated", [from_kafka, from_event_hubs])
async def test_a_time_out_of_ours_goes_through(translated):
    async def wait():
        async with asyncio.timeout(0.01):
            with translated("waiting", CONFIG, CommitError):
                await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        await wait()


class Cancelling(MemorySource):
    """A client that cancels one of its own tasks in the first call of each of these, and lets that out."""

    def __init__(self, calls, *more):
        super().__init__(*more)
        self.calls = calls

    async def _once(self, call):
        if call in self.calls:
            self.calls.remove(call)
            given_up = asyncio.get_running_loop().create_future()
            given_up.cancel()
            await given_up

    async def open(self):
        await self._once("open")
        await super().open()

    async def run(self):
        await self._once("run")
        await self._once("run again")
        await super().run()

    async def commit(self, finished):
        await self._once("commit")
        await super().commit(finished)

    async def close(self):
        await super().close()
        await self._once("close")


def consumer_with(calls, broker, handled):
    async def handle(message):
        handled.append(message.value)

    return Consumer(
        "w",
        lambda intake: Cancelling(calls, broker, "w", ("t",), intake),
        handle,
        ConsumerOptions(),
        gauge=lambda: MemoryGauge(broker),
        sidings=Sidings(),
    )


@virtually
async def test_a_client_that_cancels_itself_is_replaced_and_its_commit_tried_again():
    broker, handled, calls = MemoryBroker(partitions=1), [], ["run", "close", "commit"]
    consumer = consumer_with(calls, broker, handled)
    await consumer.start()
    calls += ["open", "run again"]  # of the next connections
    await send(broker, "t", b"0", b"1")
    await until(lambda: not calls and consumer.health().healthy)
    assert handled == [b"0", b"1"]
    stored = broker.group("w").committed
    await until(lambda: stored and stored[TopicPartition("t", 0)].mark.offset == 1)
    assert now() < 30
    calls.append("close")
    await consumer.stop()
    assert consumer.health().state == "stopped"


@virtually
async def test_a_start_that_the_client_cancels_is_an_error():
    consumer = consumer_with(["open"], MemoryBroker(), [])
    with pytest.raises(BrokerUnavailableError, match="w: the client cancelled what it was asked for"):
        await consumer.start()
