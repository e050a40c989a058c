"""The Event Hubs stand-in on all four wires, driven by the unmodified SDK."""

import dataclasses

import pytest
from azure.eventhub import EventData
from azure.eventhub.exceptions import ConnectError

pytestmark = [
    pytest.mark.broker,
    # The SDK's own, over ws://.
    pytest.mark.filterwarnings("ignore:ssl=None is deprecated:DeprecationWarning"),
]


@pytest.fixture(params=["amqp", "amqps", "ws", "wss"])
def wired(request, clients):
    return dataclasses.replace(clients, wire=request.param)


async def test_events_go_round(wired, reading, name):
    """Also one of many frames: just below 1 MiB with what surrounds it."""
    large = bytes(range(256)) * 4000
    async with wired.producer(name) as producer:
        assert await producer.get_partition_ids() == ["0", "1", "2", "3"]
        await producer.send_event(EventData(b"one"), partition_id="2")
        await producer.send_batch([EventData(b"two"), EventData(b"three")], partition_id="2")
        await producer.send_event(EventData(large), partition_id="2")
    async with reading(wired.consumer(name), partition_id="2") as reader:
        events = await reader.take(4)
    assert [b"".join(event.body) for event in events] == [b"one", b"two", b"three", large]


async def test_who_does_not_trust_the_authority_gets_no_connection(clients, name):
    clients = dataclasses.replace(clients, wire="amqps")
    async with clients.producer(name, connection_verify=None) as producer:
        with pytest.raises(ConnectError, match="certificate verify failed"):
            await producer.send_event(EventData(b"one"))
