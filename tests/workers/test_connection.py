"""A connection to an HTTP API: posts, against the local iTel API. (Gets: claimx/test_api.py.)"""

import json

import aiohttp
import pytest

from workers.connection import Connection
from workers.errors import ApiRefusedError, ApiUnavailableError

ORDER = {
    "reference": "t-4711-1",
    "claimNumber": "4711",
    "damage": "",
    "cabinets": [{"kind": "lower", "linearFeet": 1}],
    "images": [],
}


@pytest.fixture
async def connection(world):
    async with Connection("iTel", world.itel_api_url, world.itel_api_token) as connection:
        yield connection


@pytest.fixture
def place(connection):
    async def place(order=ORDER) -> dict:
        body = json.dumps(order).encode()
        return json.loads(
            await connection.post("cabinets", "orders", body=body, idempotency_key=order["reference"])
        )

    return place


async def fault(world, kind: str, times: int) -> None:
    async with aiohttp.ClientSession(world.itel_api_url) as session:
        body = {"path": "/cabinets/*", "fault": kind, "times": times}
        async with session.post("/_faults", json=body) as response:
            assert response.status == 200


@pytest.mark.parametrize("kind", ["broken", "mistyped", "truncated"])
async def test_a_post_is_repeated_after_a_passing_fault_and_orders_once(kind, connection, place, world):
    await fault(world, kind, 2)
    placed = await place()
    assert placed == await place()
    assert len(json.loads(await connection.get("cabinets", "orders"))) == 1


async def test_a_lasting_fault_is_unavailable(place, world):
    await fault(world, "broken", 100)
    with pytest.raises(ApiUnavailableError, match="iTel: /cabinets/orders: status 500"):
        await place()


@pytest.mark.parametrize("wrong", [{"cabinets": []}, {"colour": "red"}, {"claimNumber": None}])
async def test_an_order_that_makes_no_sense_is_refused_at_once(wrong, place):
    with pytest.raises(ApiRefusedError, match="status 422"):
        await place(ORDER | wrong)


async def test_a_wrong_token_is_refused(world):
    async with Connection("iTel", world.itel_api_url, "wrong") as connection:
        with pytest.raises(ApiRefusedError, match="status 401"):
            await connection.get("cabinets", "orders")


@pytest.mark.parametrize("part", ["..", ".", "", "../secrets", "a/b"])
async def test_a_part_of_a_path_leads_nowhere_else(part, connection):
    with pytest.raises(ApiRefusedError, match="would lead elsewhere"):
        await connection.get("cabinets", part)


@pytest.mark.parametrize("part", ["a?b=c", "a#b", "a%2Fb", "ü"])
async def test_whatever_else_a_part_holds_is_escaped(part, connection):
    with pytest.raises(ApiRefusedError, match="status 404"):
        await connection.get("cabinets", "orders", part)
