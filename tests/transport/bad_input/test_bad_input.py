"""What strangers send, brokers lack, and clocks do. Wrong settings: tests/transport/test_config.py."""

import asyncio
import os
import sys
import time
from pathlib import Path

import pytest
from azure.eventhub import EventData
from azure.eventhub._pyamqp.message import Message

import transport.local
from transport import (
    EVENTHUB,
    ConsumerOptions,
    SendError,
    TransportConfig,
    UnknownTopicError,
    create_consumer,
    create_producer,
)
from transport.eventhub.events import HEADERS
from transport.eventhub.events import message as read_as_ours

ROOT = Path(__file__).resolve().parents[3]
TRANSPORTS = ["memory", *(pytest.param(kind, marks=pytest.mark.broker) for kind in ("kafka", "eventhub"))]
TWO_MB = 2_000_000
PATIENCE = 60.0


@pytest.fixture(params=TRANSPORTS)
def bench(request):
    return request.getfixturevalue(f"{request.param}_bench")


@pytest.fixture
def topic(bench):
    return bench.topic()


async def test_two_megabytes_are_refused_and_what_follows_is_sent(bench, topic):
    """35"""
    with pytest.raises(SendError):
        await bench.send(topic, bytes(TWO_MB))
    handled = await into_list(bench, topic)
    await bench.send(topic, b"small")
    await bench.until(lambda: handled == [b"small"])


async def test_a_null_value_and_an_empty_one_are_not_the_same(bench, topic):
    """34"""
    handled = await into_list(bench, topic)
    await bench.send(topic, None, b"")
    await bench.until(lambda: handled == [None, b""])


async def test_header_values_are_bytes_of_any_kind(bench, topic):
    """34"""
    handled, odd = [], (("b", b"\xff\xfe"), ("b", b""), ("ключ", b"\x00"))

    async def handle(message):
        handled.append(message.headers)

    await bench.consume(topic, handle)
    await bench.send(topic, b"0", headers=odd)
    await bench.until(lambda: handled == [odd])


@pytest.mark.broker
async def test_a_header_name_that_is_not_text_stops_nothing_on_kafka(real_kafka_bench):
    """Kafka takes any bytes, and others send them."""
    bench, handled = real_kafka_bench, []
    topic = bench.topic()

    async def handle(message):
        handled.append((message.value, message.headers))

    await bench.send(topic, b"before", key=b"k")
    await send_raw(bench.config.bootstrap_servers, topic)
    await bench.send(topic, b"after", key=b"k")
    consumer = await bench.consume(topic, handle)
    await bench.until(lambda: len({value for value, _ in handled}) == 3, PATIENCE)
    assert dict(handled)[b"odd"] == (("\\xff\\xfe", b"\xff"),)
    await bench.until(lambda: consumer.health().healthy, PATIENCE)


async def send_raw(servers, topic):
    """A message with a header whose name is no text, which no client lets one send by its usual ways."""
    from aiokafka import AIOKafkaProducer, TopicPartition
    from aiokafka.protocol.produce import ProduceRequest
    from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy

    class NoText(str):
        def encode(self, *_):
            return b"\xff\xfe"

    batch = _DefaultRecordBatchBuilderPy(2, 0, 0, -1, -1, -1, 10_000)
    batch.append(0, int(time.time() * 1000), b"k", b"odd", [(NoText("x"), b"\xff")])
    producer = AIOKafkaProducer(bootstrap_servers=servers)
    await producer.start()
    try:
        (partition, *_) = sorted(await producer.partitions_for(topic))
        node = producer.client.cluster.leader_for_partition(TopicPartition(topic, partition))
        request = ProduceRequest(
            transactional_id=None,
            required_acks=1,
            timeout=10_000,
            topics=[(topic, [(partition, bytes(batch.build()))])],
        )
        response = await producer.client.send(node, request)
        assert [error for _, found in response.topics for _, error, *_ in found] == [0]
    finally:
        await producer.stop()


@pytest.fixture
def only_one_hub(tmp_path):
    """A namespace with one event hub, of one partition, which makes no other."""
    if reason := transport.local.missing(EVENTHUB):
        pytest.skip(reason)
    with transport.local.eventhub(hubs={"only": 1}) as broker:
        yield TransportConfig.from_env(broker.environment)


@pytest.mark.broker
async def test_an_event_hub_that_is_not_there_is_said_at_once(only_one_hub):
    consumer = await made(only_one_hub, "none", lambda _: asyncio.sleep(0))
    with pytest.raises(UnknownTopicError, match="there is no such event hub or consumer group"):
        await consumer.start()
    producer = create_producer(config=only_one_hub, domain="tests", worker_name="p")
    await producer.start()
    with pytest.raises(UnknownTopicError, match="sending to none: there is no such event hub"):
        await producer.send("none", b"0")
    await producer.stop()


@pytest.mark.broker
async def test_of_two_instances_on_one_partition_one_stands_by_and_takes_over(only_one_hub):
    """42"""
    handled = {"first": [], "second": []}

    def note(name):
        async def handle(message):
            handled[name].append(message.value)

        return handle

    consumers = {name: await made(only_one_hub, "only", note(name)) for name in handled}
    producer = create_producer(config=only_one_hub, domain="tests", worker_name="p")
    await producer.start()
    for consumer in consumers.values():
        await consumer.start()
    assert consumers["second"].health().ready
    await producer.send("only", b"0", key=b"k")
    await until(lambda: sum(map(len, handled.values())) == 1)
    (owner,) = [name for name, values in handled.items() if values]
    (other,) = handled.keys() - {owner}
    await consumers[owner].stop()
    await producer.send("only", b"1", key=b"k")
    await until(lambda: handled[other] == [b"1"])
    assert handled[owner] == [b"0"]
    await consumers[other].stop()
    await producer.stop()


@pytest.fixture
def environment(request, bench):
    if bench.name == "memory":
        pytest.skip("a memory broker lives in one process")
    return request.getfixturevalue(f"{bench.name}_environment")


async def test_a_clock_that_jumps_loses_nothing_and_repeats_nothing(environment, bench, topic):
    """An hour ahead, then an hour behind, then right again."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.transport.bad_input.jumping", topic, bench.worker),
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(PATIENCE):
        assert await told(process) == "ready"
        for number, jump in enumerate((3600, -3600, 0)):
            await bench.send(topic, str(2 * number).encode(), key=b"k")
            assert await told(process) == str(2 * number)
            process.stdin.write(f"{jump}\n".encode())
            assert await told(process) == f"jumped {jump}"
            await bench.send(topic, str(2 * number + 1).encode(), key=b"k")
            assert await told(process) == str(2 * number + 1)
        await bench.until_committed(topic, 6)
        process.stdin.close()
        assert (await told(process)).endswith("stopped")
        assert await process.wait() == 0


async def told(process):
    return (await process.stdout.readline()).decode().strip()


async def into_list(bench, topic):
    handled = []

    async def handle(message):
        handled.append(message.value)

    await bench.consume(topic, handle)
    return handled


async def made(config, topic, handler):
    return await create_consumer(
        config=config,
        domain="tests",
        worker_name="w",
        topics=[topic],
        message_handler=handler,
        options=ConsumerOptions(session_timeout=3.0),
    )


async def until(condition):
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    "told",
    [
        b"no JSON",
        b'[["one", "%%%"]]',
        b'[["one", 1]]',
        b'[[1, "YQ=="]]',
        b"[1]",
        b"7",
        b"\xff",
        b"[" * 100_000,
    ],
    ids=["text", "no base64", "no text", "no name", "no pair", "no list", "no UTF-8", "deep"],
)
def test_a_header_that_has_our_name_and_not_our_form_stays_as_it_is(told):
    received = EventData(b"value")
    received.properties = {HEADERS.encode(): told}
    read = read_as_ours("t", "0", received)
    assert (read.value, read.headers) == (b"value", ((HEADERS, told),))


@pytest.mark.parametrize(
    ("body", "value"),
    [
        ({"value": "text"}, b"text"),
        ({"value": 7}, b"7"),
        ({"value": None}, b""),
        ({"value": [b"\xff"]}, b"[b'\\xff']"),
        ({"sequence": [[1, 2], [b"\xff"]]}, b"[[1, 2], [b'\\xff']]"),
    ],
)
def test_a_body_of_any_kind_is_read(body, value):
    """A message that could not be read would come again for ever."""
    assert read_as_ours("t", "0", EventData._from_message(message=Message(**body))).value == value
