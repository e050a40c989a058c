"""What the Event Hubs stand-in refuses, seen through the unmodified SDK: tokens, hubs, groups."""

import asyncio
import dataclasses
import time

import pytest
from azure.eventhub import EventData
from azure.eventhub.exceptions import AuthenticationError, ConnectError, ConnectionLostError, EventHubError

from transport import local

pytestmark = pytest.mark.broker


@pytest.fixture(scope="module")
def event_hubs_broker():
    """One with fixed event hubs and consumer groups."""
    with local.eventhub(hubs={"orders": 1, "claims": 2}, groups=["billing"]) as broker:
        yield broker


async def _refusal(client):
    async with client:
        with pytest.raises(AuthenticationError) as caught:
            await client.get_partition_ids()
    return str(caught.value)


async def test_tokens_that_are_not_good(clients):
    hour = int(time.time()) + 3600
    encrypted = dataclasses.replace(clients, wire="wss")
    key, name, other_hub, longer_hub, over_websocket = await asyncio.gather(
        _refusal(clients.producer("orders", key="wrong")),
        _refusal(clients.producer("orders", key_name="nobody")),
        _refusal(clients.producer("orders", token=clients.token("claims", hour))),
        _refusal(clients.producer("orders", token=clients.token("order", hour))),
        _refusal(encrypted.producer("orders", key="wrong")),
    )
    assert "not signed with the key it names" in key
    assert "not signed with the key it names" in over_websocket
    assert "a key that does not exist" in name
    assert "for another audience" in other_hub
    assert "for another audience" in longer_hub


async def test_a_token_for_the_hub_or_all_of_the_namespace_is_good(clients):
    hour = int(time.time()) + 3600
    for hub in ("orders", ""):
        async with clients.producer("orders", token=clients.token(hub, hour)) as producer:
            assert await producer.get_partition_ids() == ["0"]


async def test_an_event_hub_that_is_not_there(clients):
    async with clients.producer("order") as producer:
        with pytest.raises(ConnectError, match="there is no event hub 'order'"):
            await producer.send_event(EventData(b"x"))


async def test_a_consumer_group_that_is_not_there(clients, reading):
    async with reading(clients.consumer("orders", "audit"), partition_id="0") as reader:
        await reader.until(lambda: bool(reader.errors))
    assert isinstance(reader.errors[0], ConnectionLostError)
    assert "no consumer group 'audit'" in str(reader.errors[0])


async def test_the_groups_and_hubs_that_are_there(clients, reading):
    async with clients.producer("Claims") as producer:
        assert await producer.get_partition_ids() == ["0", "1"]
        await producer.send_event(EventData(b"x"), partition_id="1")
    async with reading(clients.consumer("claims", "Billing"), partition_id="1") as reader:
        await reader.take(1)


async def test_what_the_sdk_does_not_take_for_an_error_of_authentication_stays_what_it_is(clients):
    async with clients.producer("orders") as producer:
        with pytest.raises(EventHubError, match="has partitions 0 to 0, no '7'"):
            await producer.get_partition_properties("7")
