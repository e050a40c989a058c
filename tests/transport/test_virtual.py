"""Long waits, in virtual time: retry topics, the breaker and the watchdog at the sizes people use."""

import asyncio
import itertools

import pytest

from tests.transport.virtually import virtually
from transport import ConsumerOptions, PermanentError, create_consumer, create_producer
from transport.contract import TopicPartition
from transport.memory import MemoryBroker
from transport.routes import Domain, Routes

MINUTE = 60.0


def now():
    return asyncio.get_running_loop().time()


async def consumer_on(broker, handler, *topics, worker="w", routes=None, **options):
    consumer = await create_consumer(
        config=broker.config(routes),
        domain="claimx",
        worker_name=worker,
        topics=topics or ["t"],
        message_handler=handler,
        options=ConsumerOptions(**options),
    )
    await consumer.start()
    return consumer


async def send(broker, topic, *values, key=b"k"):
    producer = create_producer(config=broker.config(), domain="claimx", worker_name="p")
    await producer.start()
    for value in values:
        await producer.send(topic, value, key=key)
    await producer.stop()


async def until(condition):
    async with asyncio.timeout(3 * 60 * MINUTE):
        while not condition():  # noqa: ASYNC110  half a second costs nothing here
            await asyncio.sleep(0.5)


def written(broker, topic):
    return [message for partition in broker.topic(topic) for message in partition]


@virtually
async def test_a_message_waits_5_10_20_and_40_minutes_and_is_buried_then():
    broker, calls = MemoryBroker(), []
    waits = ("5m", "10m", "20m", "40m")
    routes = Routes(domains=(Domain("claimx", tuple(float(wait[:-1]) * MINUTE for wait in waits)),))

    async def handle(message):
        calls.append((now(), message.topic, message.offset, message.value))
        raise TimeoutError("the partner is slow")

    consumer = await consumer_on(broker, handle, routes=routes, max_attempts=1, dead_letter=True)
    await send(broker, "t", b"0")
    await until(lambda: written(broker, "t.dead"))
    minutes = [at / MINUTE for at, *_ in calls]
    gaps = [later - earlier for earlier, later in itertools.pairwise(minutes)]
    assert gaps == [pytest.approx(one, abs=0.01) for one in (5, 10, 20, 40)]
    assert {tuple(rest) for _, *rest in calls} == {("t", 0, b"0")}
    assert [len(written(broker, f"claimx.retry.{wait}")) for wait in waits] == [1, 1, 1, 1]
    (dead,) = written(broker, "t.dead")
    assert dict(dead.headers)["x-attempts"] == b"5"
    await consumer.stop()


@virtually
async def test_while_a_message_waits_in_a_retry_topic_the_others_go_on():
    broker, done = MemoryBroker(partitions=1), []

    async def handle(message):
        if message.value == b"bad" and now() < 5 * MINUTE:
            raise ValueError("not yet")
        done.append(message.value)

    consumer = await consumer_on(broker, handle, max_attempts=1, retry_after=(5 * MINUTE,))
    await send(broker, "t", b"bad", b"0", b"1")
    await until(lambda: len(done) == 2)
    assert done == [b"0", b"1"]
    assert now() < 10
    assert consumer.health().healthy
    await until(lambda: len(done) == 3)
    assert now() == pytest.approx(5 * MINUTE, abs=1)
    await consumer.stop()


@virtually
async def test_a_restart_does_not_shorten_or_repeat_a_wait():
    broker, calls = MemoryBroker(), []

    async def handle(message):
        calls.append(now())
        if len(calls) == 1:
            raise ValueError("not yet")

    options = {"max_attempts": 1, "retry_after": (10 * MINUTE,)}
    consumer = await consumer_on(broker, handle, **options)
    await send(broker, "t", b"0")
    await until(lambda: written(broker, "claimx.retry.10m"))
    await asyncio.sleep(4 * MINUTE)
    await consumer.stop()
    consumer = await consumer_on(broker, handle, **options)
    await asyncio.sleep(30 * MINUTE)
    assert [call / MINUTE for call in calls] == [pytest.approx(0, abs=0.1), pytest.approx(10, abs=0.1)]
    await consumer.stop()


@virtually
async def test_workers_of_a_domain_share_its_retry_topics_and_take_only_their_own():
    broker, calls = MemoryBroker(), {"one": [], "two": []}

    def handler(name):
        async def handle(message):
            calls[name].append(message.value)
            if len(calls[name]) == 1:
                raise ValueError("not yet")

        return handle

    options = {"max_attempts": 1, "retry_after": (MINUTE,)}
    consumers = [
        await consumer_on(broker, handler(name), f"{name}.topic", worker=name, **options) for name in calls
    ]
    await send(broker, "one.topic", b"1")
    await send(broker, "two.topic", b"2")
    await asyncio.sleep(10 * MINUTE)
    assert calls == {"one": [b"1", b"1"], "two": [b"2", b"2"]}
    assert len(written(broker, "claimx.retry.1m")) == 2
    for consumer in consumers:
        await consumer.stop()


@virtually
async def test_a_retry_topic_that_is_refused_holds_the_message():
    broker, calls = MemoryBroker(), []

    async def handle(message):
        calls.append(message.value)
        raise ValueError("x" * 400)

    consumer = await consumer_on(broker, handle, max_attempts=1, retry_after=(MINUTE,))
    await send(broker, "t", b"x" * (broker.message_limit - 100))
    await until(lambda: not consumer.health().healthy)
    assert "claimx.retry.1m takes no message" in consumer.health().reason
    await asyncio.sleep(10 * MINUTE)
    assert len(calls) == 1  # it is written again and again; the handler is not called for that
    assert all(one.committed is None for one in consumer.health().partitions)
    broker.message_limit *= 2
    await until(lambda: consumer.health().healthy)
    assert len(written(broker, "claimx.retry.1m")) == 1
    await consumer.stop()


@virtually
async def test_an_outage_of_an_hour_puts_nothing_away_and_hammers_nobody():
    broker, calls, back = MemoryBroker(), [], 60 * MINUTE

    async def handle(message):
        calls.append(now())
        if now() < back:
            raise ConnectionError("down")

    consumer = await consumer_on(broker, handle, ordering="key", dead_letter=True, retry_after=(MINUTE,))
    for number in range(50):
        await send(broker, "t", b"x", key=f"key {number}".encode())
    await until(lambda: "seems to be down" in consumer.health().reason)
    opened = now()
    assert opened < MINUTE
    await until(lambda: now() > back - 1)
    assert not written(broker, "t.dead")
    during = len([call for call in calls if opened < call < back])
    assert during < 60 * MINUTE / 15 + 60  # a try every 15 to 30 seconds, once they are that far apart
    await until(lambda: sum(one.committed or 0 for one in consumer.health().partitions) >= 50)
    assert now() < back + 5 * MINUTE
    assert consumer.health().healthy
    await consumer.stop()


@virtually
async def test_a_few_bad_messages_among_many_good_ones_are_no_outage():
    broker = MemoryBroker()

    async def handle(message):
        if message.value == b"bad":
            raise ValueError("bad")

    consumer = await consumer_on(broker, handle, ordering="unordered", dead_letter=True)
    await send(broker, "t", *([b"good"] * 10 + [b"bad"]) * 30)
    await until(lambda: len(written(broker, "t.dead")) == 30)
    assert consumer.health().healthy
    await consumer.stop()


@virtually
async def test_permanent_errors_during_an_outage_do_not_end_it():
    broker, up = MemoryBroker(partitions=1), asyncio.Event()

    async def handle(message):
        if message.value == b"permanent":
            raise PermanentError("bad")
        if not up.is_set():
            raise ConnectionError("down")

    options = {"ordering": "unordered", "dead_letter": True, "breaker_messages": 3, "max_attempts": 2}
    consumer = await consumer_on(broker, handle, **options)
    await send(broker, "t", *[b"x"] * 5)
    await until(lambda: "seems to be down" in consumer.health().reason)
    put_away, closings, close = len(written(broker, "t.dead")), [], consumer._breaker.close
    consumer._breaker.close = lambda: (closings.append(now()), close())
    await send(broker, "t", *[b"permanent"] * 5)
    await asyncio.sleep(10 * MINUTE)
    assert closings == []
    assert "seems to be down" in consumer.health().reason
    assert {message.value for message in written(broker, "t.dead")[put_away:]} <= {b"permanent"}
    up.set()
    await until(lambda: consumer.health().healthy)
    await until(lambda: len(written(broker, "t.dead")) == put_away + 5)
    await consumer.stop()


@virtually
async def test_a_topic_that_was_made_again_is_told_clearly():
    broker, handled = MemoryBroker(partitions=1), []

    async def handle(message):
        handled.append(message.value)

    await send(broker, "t", *[b"old"] * 10)
    consumer = await consumer_on(broker, handle)
    await until(lambda: len(handled) == 10)
    await asyncio.sleep(1)
    broker.create_topic("t", 1)
    await send(broker, "t", b"new")
    await asyncio.sleep(5 * MINUTE)
    reason = consumer.health().reason
    assert "t[0] ends at 1, but the group is at 10: was the topic deleted and made again?" in reason
    assert "Remove the group's stored position" in reason
    broker.group("claimx-w").committed.clear()
    await consumer.stop()
    consumer = await consumer_on(broker, handle)
    await until(lambda: handled[10:] == [b"new"])
    assert consumer.health().healthy
    await consumer.stop()


@virtually
async def test_a_broker_that_forgot_topics_and_positions_is_read_anew():
    broker, handled = MemoryBroker(partitions=1), []

    async def handle(message):
        handled.append(message.value)

    await send(broker, "t", *[b"old"] * 10)
    consumer = await consumer_on(broker, handle)
    await until(lambda: len(handled) == 10)
    await asyncio.sleep(1)
    broker.create_topic("t", 1)
    broker.group("claimx-w").committed.clear()
    await send(broker, "t", b"new", b"new")
    await until(lambda: handled[10:] == [b"new"] * 2)
    assert now() < 2 * MINUTE
    await until(lambda: consumer.health().healthy)
    await consumer.stop()


@virtually
async def test_positions_that_hold_no_message_are_no_dead_link():
    """Such as the markers of transactions at the end of a partition."""
    broker, handled = MemoryBroker(partitions=1), []

    async def handle(message):
        handled.append(message.value)

    consumer = await consumer_on(broker, handle)
    await send(broker, "t", b"0")
    await until(lambda: handled == [b"0"])
    broker.skip(TopicPartition("t", 0), 7)
    consumer._source.positions[TopicPartition("t", 0)] = 8
    for _ in range(600):
        await asyncio.sleep(1)
        assert consumer.health().healthy
    await consumer.stop()
