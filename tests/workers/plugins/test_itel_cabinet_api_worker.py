"""The iTel cabinet API worker on the in-memory transport, with the local iTel API."""

import json

import aiohttp
import pytest

from tests.workers.fleet import ask_for_a_fault
from transport.memory import MemoryBroker
from workers.plugins.descriptions import FORM, UNDAMAGED
from workers.plugins.itel_cabinet_api.itel import ItelApi
from workers.plugins.itel_cabinet_api.itel_cabinet_api_worker import ItelCabinetApiWorker

COMPLETED = "itel.cabinet.completed"
SUCCESS = "itel.api.success"
ERRORS = "itel.api.errors"
DEAD = "itel.cabinet.dead"
GROUP = "plugins-itel-cabinet-api-worker"


def made(config, world) -> ItelCabinetApiWorker:
    return ItelCabinetApiWorker(config, ItelApi.from_env(world.environment))


@pytest.fixture
async def running(pipeline, world):
    worker = made(pipeline.config, world)
    await worker.start()
    yield worker
    await worker.stop()


async def orders(world) -> list[dict]:
    headers = {"Authorization": f"Bearer {world.itel_api_token}"}
    url = f"{world.itel_api_url}/cabinets/orders"
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as response:
        return await response.json()


async def told(pipeline, topic: str, count: int = 1) -> list[dict]:
    return [json.loads(message.value) for message in await pipeline.first(topic, count)]


async def test_a_form_becomes_one_order_however_often_it_comes(running, pipeline, world):
    await pipeline.send(COMPLETED, FORM, FORM)
    one, two = await told(pipeline, SUCCESS, 2)
    assert one == two
    (order,) = await orders(world)
    assert (one["order_id"], order["reference"]) == (order["orderId"], "t-4711-1")
    await pipeline.all_committed(COMPLETED, GROUP)


async def test_what_itel_refuses_goes_to_the_errors_and_the_next_goes_on(running, pipeline, world):
    await pipeline.send(COMPLETED, UNDAMAGED, FORM)
    (refused,) = await told(pipeline, ERRORS)
    assert refused["reason"] == "iTel API: /cabinets/orders: status 422"
    assert json.loads(refused["message"]) == UNDAMAGED
    assert refused["origin"].startswith(f"{COMPLETED}[")
    (ordered,) = await told(pipeline, SUCCESS)
    assert ordered["assignment_id"] == "t-4711-1"
    assert len(await orders(world)) == 1


async def test_what_is_no_form_becomes_a_dead_letter_and_the_next_goes_on(running, pipeline):
    await pipeline.send(COMPLETED, b"{", FORM)
    (dead,) = await pipeline.first(DEAD)
    assert dead.value == b"{"
    assert b"not a cabinet form: value: Invalid JSON" in dict(dead.headers)["x-reason"]
    await pipeline.first(SUCCESS)


async def test_an_outage_of_itel_is_sat_out(running, pipeline, world):
    await ask_for_a_fault(world.itel_api_url, path="/cabinets/*", fault="throttled", seconds=600)
    await pipeline.send(COMPLETED, FORM)
    await told(pipeline, SUCCESS)
    await pipeline.all_committed(COMPLETED, GROUP)
    assert len(await orders(world)) == 1


async def test_a_start_that_fails_can_be_stopped(world):
    broker = MemoryBroker()
    broker.down = True
    worker = made(broker.config(), world)
    with pytest.raises(Exception, match="down"):
        await worker.start()
    await worker.stop()
