"""Who reads a partition of the Event Hubs stand-in: owner levels, and the SDK's load balancing upon them."""

import asyncio
import time
from collections import Counter

import pytest
from azure.eventhub import CheckpointStore, EventData
from azure.eventhub.exceptions import ConnectionLostError

pytestmark = pytest.mark.broker

PARTITIONS = ("0", "1", "2", "3")


@pytest.fixture
async def producer(clients, name):
    async with clients.producer(name) as producer:
        yield producer


async def _send_to_each_partition(producer):
    await asyncio.gather(
        *(producer.send_event(EventData(b"x"), partition_id=partition) for partition in PARTITIONS)
    )


async def test_an_owner_loses_its_partition_to_an_equal_or_higher_level(clients, reading, producer, name):
    await producer.send_event(EventData(b"x"), partition_id="0")

    def reader(level):
        return reading(clients.consumer(name), partition_id="0", owner_level=level)

    async with reader(1) as first:
        await first.take(1)
        async with reader(1) as equal:
            await equal.take(1)
            await first.until(lambda: bool(first.errors))
            async with reader(2) as higher:
                await higher.take(1)
                await equal.until(lambda: bool(equal.errors))
                await producer.send_event(EventData(b"y"), partition_id="0")
                await higher.take(2)
    for loser in (first, equal):
        assert isinstance(loser.errors[0], ConnectionLostError)
        assert "took this partition over" in str(loser.errors[0])
        assert len(loser.events) == 1


async def test_an_owner_keeps_its_partition_from_a_lower_level_and_from_none(
    clients, reading, producer, name
):
    await producer.send_event(EventData(b"x"), partition_id="0")
    async with reading(clients.consumer(name), partition_id="0", owner_level=2) as owner:
        await owner.take(1)

        async def error(**options):
            async with reading(clients.consumer(name), partition_id="0", **options) as late:
                await late.until(lambda: bool(late.errors))
            assert not late.events
            return late.errors[0]

        refusals = await asyncio.gather(error(owner_level=1), error())
        async with reading(clients.consumer(name, "other-group"), partition_id="0") as other:
            await other.take(1)
        await producer.send_event(EventData(b"y"), partition_id="0")
        await owner.take(2)
    for refusal in refusals:
        assert isinstance(refusal, ConnectionLostError)
        assert "with owner level 2 reads this partition" in str(refusal)


class MemoryStore(CheckpointStore):
    """Ownerships and checkpoints in memory, with the compare-and-swap the SDK relies on."""

    def __init__(self):
        self.ownerships, self.checkpoints, self.version = {}, {}, 0

    async def list_ownership(self, fully_qualified_namespace, eventhub_name, consumer_group, **kwargs):
        return [dict(ownership) for ownership in self.ownerships.values()]

    async def claim_ownership(self, ownership_list, **kwargs):
        claimed = []
        for wanted in ownership_list:
            held = self.ownerships.get(wanted["partition_id"])
            if held and held["etag"] != wanted.get("etag"):
                continue
            self.version += 1
            stamps = {"etag": str(self.version), "last_modified_time": time.time()}
            self.ownerships[wanted["partition_id"]] = wanted | stamps
            claimed.append(dict(self.ownerships[wanted["partition_id"]]))
        return claimed

    async def update_checkpoint(self, checkpoint, **kwargs):
        self.checkpoints[checkpoint["partition_id"]] = checkpoint

    async def list_checkpoints(self, fully_qualified_namespace, eventhub_name, consumer_group, **kwargs):
        return list(self.checkpoints.values())


async def test_two_consumers_share_the_partitions_and_one_takes_over(clients, reading, producer, name):
    store = MemoryStore()
    quick = {
        "checkpoint_store": store,
        "load_balancing_interval": 0.2,
        "partition_ownership_expiration_interval": 5,
    }

    def owned():
        return Counter(
            ownership["owner_id"] for ownership in store.ownerships.values() if ownership["owner_id"]
        )

    await _send_to_each_partition(producer)
    async with reading(clients.consumer(name, **quick)) as one:
        await one.until(lambda: set(one.places) == set(PARTITIONS))
        async with reading(clients.consumer(name, **quick)) as two:
            await two.until(lambda: sorted(owned().values()) == [2, 2])
            while len(set(two.places)) < 2:  # both have settled once the second one hears from its share
                await _send_to_each_partition(producer)
        one.places.clear()
        while set(one.places) != set(PARTITIONS):
            await _send_to_each_partition(producer)
    assert len(set(two.places)) == 2
