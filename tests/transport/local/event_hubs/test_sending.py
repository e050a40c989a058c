"""Sending to the Event Hubs stand-in with the unmodified SDK: what ends up in which partition."""

import asyncio

import pytest
from azure.eventhub import EventData
from azure.eventhub.amqp import AmqpAnnotatedMessage
from azure.eventhub.exceptions import EventDataSendError

pytestmark = pytest.mark.broker


async def _counts(client):
    """Events per partition."""
    extents = await asyncio.gather(*map(client.get_partition_properties, "0123"))
    return [extent["last_enqueued_sequence_number"] + 1 for extent in extents]


async def test_events_without_a_key_take_turns(clients, name):
    async with clients.producer(name) as producer:
        for _ in range(6):
            await producer.send_event(EventData(b"x"))
        assert await _counts(producer) == [2, 2, 1, 1]


async def test_a_key_always_means_the_same_partition(clients, name):
    async with clients.producer(name) as producer:
        await producer.send_event(EventData(b"1"), partition_key="claim-7")
        await producer.send_batch([EventData(b"2"), EventData(b"3")], partition_key="claim-7")
        batch = await producer.create_batch(partition_key="claim-7")
        batch.add(EventData(b"4"))
        await producer.send_batch(batch)
        assert sorted(await _counts(producer)) == [0, 0, 0, 4]
        for number in range(40):
            await producer.send_event(EventData(b"x"), partition_key=f"claim-{number}")
        assert min(await _counts(producer)) > 0, "keys spread over all partitions"


async def test_events_arrive_as_they_were_sent(clients, reading, name):
    with_all = EventData(b"\x00\xff")
    with_all.properties = {"text": "ä", "number": 7, b"bytes": b"\x00", "flag": True}
    with_all.message_id, with_all.correlation_id, with_all.content_type = "m-1", "c-1", "application/json"
    with_all.raw_amqp_message.annotations = {"x-opt-ours": "kept", "x-opt-offset": "not kept"}
    value, sequence = {b"a": [1, b"x"]}, [[1, b"x"], [2]]
    sent = [
        with_all,
        EventData(b""),
        AmqpAnnotatedMessage(value_body=value, annotations={}),
        AmqpAnnotatedMessage(sequence_body=sequence, annotations={}),
    ]
    async with clients.producer(name) as producer:
        await producer.send_batch(sent, partition_key="käy")
        counts = await _counts(producer)
    async with reading(clients.consumer(name), partition_id=str(counts.index(4))) as reader:
        events = await reader.take(4)
    got, empty, of_value, of_sequence = events
    assert b"".join(got.body) == b"\x00\xff"
    assert got.properties == {b"text": "ä".encode(), b"number": 7, b"bytes": b"\x00", b"flag": True}
    assert (got.message_id, got.correlation_id, got.content_type) == ("m-1", "c-1", "application/json")
    assert got.raw_amqp_message.annotations[b"x-opt-ours"] == b"kept"
    assert got.offset == "0"
    assert b"".join(empty.body) == b""
    assert of_value.body == value
    assert list(of_sequence.body) == sequence
    assert {event.partition_key for event in events} == {"käy".encode()}


async def test_a_message_that_is_too_large_is_refused_and_the_next_one_is_not(clients, name):
    async with clients.producer(name) as producer:
        with pytest.raises(EventDataSendError):
            await producer.send_event(EventData(bytes(1_100_000)), partition_id="0")
        await producer.send_event(EventData(b"small"), partition_id="0")
        extent = await producer.get_partition_properties("0")
    assert extent["last_enqueued_sequence_number"] == 0
