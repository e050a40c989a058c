"""Receiving from the Event Hubs stand-in with the unmodified SDK: positions, groups, metrics."""

import asyncio
import datetime

import pytest
from azure.eventhub import EventData
from azure.eventhub.exceptions import EventHubError

pytestmark = pytest.mark.broker

COUNT = 10


@pytest.fixture
async def producer(clients, name):
    """What has sent ten events to partition 0 of this test's event hub."""
    async with clients.producer(name) as producer:
        await producer.send_batch([EventData(str(number)) for number in range(COUNT)], partition_id="0")
        yield producer


@pytest.fixture
def first(clients, reading, name, producer):
    """Receive the first event that a position gives."""

    async def receive(position, *, inclusive=False, group="$Default", **options):
        options |= {"starting_position": position, "starting_position_inclusive": inclusive}
        async with reading(clients.consumer(name, group), partition_id="0", **options) as reader:
            return (await reader.take(1))[0]

    return receive


async def test_positions_of_all_kinds(clients, reading, first, name):
    async with reading(clients.consumer(name), partition_id="0") as reader:
        events = await reader.take(COUNT)
    assert [event.sequence_number for event in events] == list(range(COUNT))
    assert events[5].offset != "5", "an offset is no sequence number"
    before = events[0].enqueued_time - datetime.timedelta(seconds=1)

    starts = await asyncio.gather(
        first("-1", group="1"),
        first(-1, group="2"),
        first(3, group="3"),
        first(3, inclusive=True, group="4"),
        first(events[5].offset, group="5"),
        first(events[5].offset, inclusive=True, group="6"),
        first(before, group="7"),
    )
    assert [event.sequence_number for event in starts] == [0, 0, 4, 3, 6, 5, 0]


async def test_latest_means_what_comes_from_now_on(clients, reading, producer, name):
    opened = asyncio.Event()

    async def initialized(_context):
        opened.set()

    options = {"starting_position": "@latest", "on_partition_initialize": initialized}
    async with reading(clients.consumer(name), partition_id="0", **options) as reader:
        await opened.wait()
        sent = COUNT
        while not reader.events:  # the link is up at some moment from now on; what is sent then is received
            await producer.send_event(EventData(str(sent)), partition_id="0")
            sent += 1
    assert reader.events[0].sequence_number >= COUNT
    assert reader.events[0].body_as_str() == str(reader.events[0].sequence_number)


async def test_every_consumer_group_gets_every_event(clients, reading, producer, name):
    async def received(group):
        async with reading(clients.consumer(name, group), partition_id="0") as reader:
            return len(await reader.take(COUNT))

    assert await asyncio.gather(*map(received, ("$Default", "billing", "audit"))) == [COUNT] * 3


async def test_the_end_of_the_partition_is_told_when_asked_for(first):
    asking, not_asking = await asyncio.gather(
        first("-1", track_last_enqueued_event_properties=True), first("-1", group="other")
    )
    told = asking.raw_amqp_message.delivery_annotations
    assert told[b"last_enqueued_sequence_number"] == COUNT - 1
    assert int(told[b"last_enqueued_offset"]) > COUNT
    assert told[b"runtime_info_retrieval_time_utc"] >= told[b"last_enqueued_time_utc"]
    assert not not_asking.raw_amqp_message.delivery_annotations


async def test_management_tells_where_a_partition_begins_and_ends(producer, name):
    extent, empty, hub = await asyncio.gather(
        producer.get_partition_properties("0"),
        producer.get_partition_properties("1"),
        producer.get_eventhub_properties(),
    )
    assert (extent["beginning_sequence_number"], extent["last_enqueued_sequence_number"]) == (0, COUNT - 1)
    assert not extent["is_empty"]
    age = datetime.datetime.now(datetime.UTC) - extent["last_enqueued_time_utc"]
    assert abs(age) < datetime.timedelta(minutes=1)
    assert (empty["last_enqueued_sequence_number"], empty["last_enqueued_offset"]) == (-1, "-1")
    assert empty["is_empty"]
    assert hub["eventhub_name"] == name


async def test_a_position_beyond_the_end_is_refused(clients, reading, producer, name):
    options = {"partition_id": "0", "starting_position": COUNT + 5}
    async with reading(clients.consumer(name), **options) as reader:
        await reader.until(lambda: bool(reader.errors))
    assert isinstance(reader.errors[0], EventHubError)
    assert "lies beyond the partition's end" in str(reader.errors[0])


async def test_many_events_arrive_in_order(clients, reading, name):
    count = 3000  # more than the client has credit for
    async with clients.producer(name) as producer:
        batch = await producer.create_batch(partition_id="1")
        for number in range(count):
            batch.add(EventData(str(number)))
        await producer.send_batch(batch)
    async with reading(clients.consumer(name), partition_id="1") as reader:
        events = await reader.take(count)
    assert [int(event.body_as_str()) for event in events] == list(range(count))
