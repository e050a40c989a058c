"""Whoever gives up waiting for a connection to close, and at whatever moment: it is closed all the same."""

import asyncio

import pytest

from tests.transport.test_virtual import send, until
from tests.transport.virtually import virtually
from transport import KAFKA, ConsumerOptions
from transport.contract import TopicPartition
from transport.engine import Consumer
from transport.eventhub import EventHubSource
from transport.kafka import KafkaSource
from transport.memory import MemoryBroker, MemoryGauge, MemorySource
from transport.routes import Route
from transport.sidings import Sidings


class SlowToLeave(MemorySource):
    """A member that takes two seconds to leave its group."""

    left = 0

    async def close(self):
        await asyncio.sleep(2)
        await super().close()
        SlowToLeave.left += 1


def consumer_of(source, broker, handle, **options):
    return Consumer(
        "w",
        lambda intake: source(broker, "w", ("t",), intake),
        handle,
        ConsumerOptions(**options),
        gauge=lambda: MemoryGauge(broker),
        sidings=Sidings(),
    )


@virtually
async def test_a_stop_while_a_lost_connection_is_closed_waits_for_that():
    broker, handled = MemoryBroker(), []

    async def handle(message):
        handled.append(message.value)

    SlowToLeave.left = 0
    first, second = (consumer_of(kind, broker, handle) for kind in (SlowToLeave, MemorySource))
    await first.start()
    broker.down = True
    broker.stir()
    await until(lambda: "connection is lost" in first.health().reason)
    broker.down = False
    await first.stop()
    assert SlowToLeave.left == 1
    await second.start()
    for key in (b"a", b"b", b"c", b"d", b"e"):
        await send(broker, "t", key, key=key)
    await until(lambda: len(handled) == 5)
    await second.stop()


@virtually
async def test_a_member_in_memory_that_gives_up_joining_or_leaving_holds_no_partition():
    broker, handled, goes_on = MemoryBroker(), [], asyncio.Event()

    async def handle(message):
        handled.append(message.value)
        await goes_on.wait()

    stays, comes, goes = (consumer_of(MemorySource, broker, handle, drain_timeout=5.0) for _ in range(3))
    await goes.start()
    await stays.start()
    for key in (b"a", b"b", b"c", b"d", b"e"):
        await send(broker, "t", key, key=key)
    await until(lambda: len(handled) == 3)  # of three partitions, the fourth gets none of these keys
    joining = asyncio.create_task(comes.start())
    await asyncio.sleep(1)
    joining.cancel()
    leaving = asyncio.create_task(broker.group("w").leave(goes._source))
    await asyncio.sleep(1)
    leaving.cancel()
    await asyncio.gather(joining, leaving, return_exceptions=True)
    goes_on.set()
    await until(lambda: sorted(set(handled)) == [b"a", b"b", b"c", b"d", b"e"])
    await until(lambda: len(stays.health().partitions) == 4)
    await asyncio.gather(stays.stop(), goes.stop(), comes.stop())


class Deaf:
    """An intake that takes everything and does nothing."""

    def assigned(self, partitions):
        pass

    async def revoked(self, partitions):
        await asyncio.sleep(0.1)

    def deliver(self, partition, messages, cursors=()):
        return True


@pytest.fixture(params=["kafka", "eventhub"])
def bench(request):
    return request.getfixturevalue(f"{request.param}_bench")


def source_of(bench, topic):
    if bench.name == KAFKA:
        return KafkaSource(bench.config, bench.group, (topic,), Deaf(), ConsumerOptions(), None)
    return EventHubSource(bench.config, (Route(topic, topic),), Deaf(), ConsumerOptions(), bench.group)


@pytest.mark.broker
@pytest.mark.parametrize("delay", [0.0, 0.001, 0.02])
async def test_a_source_whose_closing_is_given_up_is_closed_by_who_asks_again(bench, delay, all_closed):
    before = asyncio.all_tasks()
    source = source_of(bench, bench.topic())
    await source.open()
    closing = asyncio.create_task(source.close())
    await asyncio.sleep(delay)
    closing.cancel()
    await asyncio.gather(closing, return_exceptions=True)
    await source.close()
    assert asyncio.all_tasks() == before


@virtually
async def test_what_a_release_could_not_commit_is_not_committed_by_a_second_release():
    """By then the partition may be another member's, whose position it would turn back."""
    broker, goes_on, place = MemoryBroker(partitions=1), asyncio.Event(), TopicPartition("t", 0)

    async def handle(message):
        await goes_on.wait()

    consumer = consumer_of(MemorySource, broker, handle)
    await consumer.start()
    await send(broker, "t", b"0")
    await until(lambda: consumer.health().partitions[0].in_flight)
    broker.refused_commits = 1
    releases = [asyncio.create_task(consumer.revoked([place])) for _ in range(2)]
    await asyncio.sleep(1)
    goes_on.set()
    await asyncio.gather(*releases)
    assert broker.refused_commits == 0
    assert place not in broker.group("w").committed
    await consumer.stop()
