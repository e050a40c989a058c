"""Event Hubs behind as much of aiokafka's face as the workers use; positions are in the store's folder."""

import asyncio
import json
import os
from collections import namedtuple
from pathlib import Path

from azure.eventhub import EventData, TransportType
from azure.eventhub.aio import EventHubConsumerClient, EventHubProducerClient

Message = namedtuple("Message", "topic partition offset value place")
Place = namedtuple("Place", "topic partition")


def client(kind, event_hub, **more):
    return kind.from_connection_string(
        os.environ["EVENTHUB_NAMESPACE_CONNECTION_STRING"],
        eventhub_name=event_hub,
        transport_type=TransportType.AmqpOverWebsocket,
        custom_endpoint_address=os.environ["EVENTHUB_CUSTOM_ENDPOINT"],
        connection_verify=os.environ["EVENTHUB_CA_FILE"],
        **more,
    )


class Consumer:
    """Reads all partitions of an event hub."""

    def __init__(self, topic, *, group_id, auto_offset_reset):
        self.topic, self.begins = topic, auto_offset_reset
        self.folder = Path(os.environ["EVENTHUB_CHECKPOINT_STORE"], topic, group_id)
        self.client = client(EventHubConsumerClient, topic, consumer_group=group_id)
        self.assigned, self.fetched, self.taken, self.places = set(), asyncio.Queue(), {}, {}

    async def start(self):
        positions = {each: await self.position(each) for each in await self.client.get_partition_ids()}
        receiving = self.client.receive(
            self.received, on_partition_initialize=self.initialized, starting_position=positions
        )
        self.receiving = asyncio.create_task(receiving)

    async def position(self, partition):
        stored = self.folder / f"{partition}.json"
        if stored.exists():
            return json.loads(stored.read_text())["offset"]
        if self.begins == "earliest":
            return "-1"
        return (await self.client.get_partition_properties(partition))["last_enqueued_offset"]

    async def initialized(self, context):
        self.assigned.add(context.partition_id)

    def assignment(self):
        return self.assigned

    async def received(self, context, event):
        place = Place(self.topic, int(context.partition_id))
        self.places[place, event.sequence_number] = event.offset
        self.fetched.put_nowait(Message(*place, event.sequence_number, b"".join(event.body), place))

    async def getmany(self, timeout_ms, max_records):
        taken = {}
        try:
            while sum(map(len, taken.values())) < max_records:
                async with asyncio.timeout(0 if taken else timeout_ms / 1000):
                    message = await self.fetched.get()
                taken.setdefault(message.place, []).append(message)
                self.taken[message.place] = message.offset + 1
        except TimeoutError:
            pass
        return taken

    async def commit(self, finished=None):
        self.folder.mkdir(parents=True, exist_ok=True)
        for (topic, partition), after in (finished or self.taken).items():
            position = {"sequence_number": after - 1, "offset": self.places[(topic, partition), after - 1]}
            draft = self.folder / f"{partition}.draft"
            draft.write_text(json.dumps(position))
            draft.replace(self.folder / f"{partition}.json")

    async def stop(self):
        self.receiving.cancel()
        await asyncio.gather(self.receiving, return_exceptions=True)
        await self.client.close()


class Producer:
    """Sends to event hubs, to any partition."""

    def __init__(self):
        self.clients = {}

    async def start(self):
        """Its clients connect when they first send."""

    async def send_and_wait(self, topic, value):
        if topic not in self.clients:
            self.clients[topic] = client(EventHubProducerClient, topic)
        await self.clients[topic].send_event(EventData(value))

    async def stop(self):
        for each in self.clients.values():
            await each.close()
