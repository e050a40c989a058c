"""The Kafka stand-in, driven by the unmodified aiokafka."""

import asyncio

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from transport import local

pytestmark = pytest.mark.broker


@pytest.fixture
def servers(kafka_broker):
    return kafka_broker.environment["KAFKA_BOOTSTRAP_SERVERS"]


@pytest.fixture
async def producer(servers):
    async with AIOKafkaProducer(bootstrap_servers=servers, enable_idempotence=True) as producer:
        yield producer


def _consumer(servers, *topics, **options):
    # Joining a group again takes the stand-in its session timeout less a second.
    quick = {"session_timeout_ms": 1500, "heartbeat_interval_ms": 300}
    options = {"auto_offset_reset": "earliest", "enable_auto_commit": False} | quick | options
    return AIOKafkaConsumer(*topics, bootstrap_servers=servers, **options)


async def _take(consumer, count):
    async with asyncio.timeout(20):
        return [await consumer.getone() for _ in range(count)]


async def test_messages_go_round_with_key_headers_and_timestamp(servers, producer, name):
    headers = [("trace", b"\x00\xff"), ("trace", b"again")]
    await producer.send_and_wait(name, b"value", key=b"key", headers=headers, timestamp_ms=1_700_000_000_000)
    await producer.send_and_wait(name, None, key=b"key")
    async with _consumer(servers, name) as consumer:
        message, tombstone = await _take(consumer, 2)
    assert (message.key, message.value, message.headers) == (b"key", b"value", tuple(headers))
    assert message.timestamp == 1_700_000_000_000
    assert (tombstone.partition, tombstone.value) == (message.partition, None)


async def test_a_topic_made_on_first_use_has_four_partitions(producer, name):
    assert await producer.partitions_for(name) == {0, 1, 2, 3}


async def test_a_group_commits_and_goes_on_where_it_was(servers, producer, name):
    for number in range(5):
        await producer.send_and_wait(name, b"%d" % number, partition=0)
    place = TopicPartition(name, 0)
    async with _consumer(servers, name, group_id="billing") as consumer:
        messages = await _take(consumer, 5)
        await consumer.commit({place: messages[2].offset + 1})
    async with _consumer(servers, name, group_id="billing") as consumer:
        assert await consumer.committed(place) == 3
        assert [message.value for message in await _take(consumer, 2)] == [b"3", b"4"]
        assert (await consumer.end_offsets([place]))[place] == 5
    async with _consumer(servers, name, group_id="audit") as consumer:
        assert await consumer.committed(place) is None


async def test_reading_committed_only_works_too(servers, producer, name):
    await producer.send_and_wait(name, b"value")
    async with _consumer(servers, name, isolation_level="read_committed") as consumer:
        assert (await _take(consumer, 1))[0].value == b"value"


async def test_topics_may_have_another_number_of_partitions():
    with local.kafka(topics={"one": 1, "seven": 7}) as broker:
        servers = broker.environment["KAFKA_BOOTSTRAP_SERVERS"]
        async with AIOKafkaProducer(bootstrap_servers=servers) as producer:
            assert await producer.partitions_for("one") == {0}
            assert await producer.partitions_for("seven") == set(range(7))
