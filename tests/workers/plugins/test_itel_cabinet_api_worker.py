"""The iTel cabinet API worker against a Kafka stand-in and the local iTel API."""

import signal

import aiohttp
import pytest

from workers.plugins.descriptions import FORM, UNDAMAGED
from workers.plugins.itel_cabinet_api.itel import ItelApi
from workers.plugins.itel_cabinet_api.itel_cabinet_api_worker import ItelCabinetApiWorker

pytestmark = pytest.mark.broker

COMPLETED = ItelCabinetApiWorker.INPUT_TOPIC
SUCCESS = ItelCabinetApiWorker.SUCCESS_TOPIC
ERRORS = ItelCabinetApiWorker.ERROR_TOPIC


@pytest.fixture
async def worker(kafka, world, running):
    api = ItelApi.from_env(world.environment)
    async with running(ItelCabinetApiWorker({"bootstrap_servers": kafka.servers}, api)) as worker:
        yield worker


async def orders(world) -> list[dict]:
    headers = {"Authorization": f"Bearer {world.itel_api_token}"}
    url = f"{world.itel_api_url}/cabinets/orders"
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as response:
        return await response.json()


async def ask_for(world, fault: str, seconds: float) -> None:
    """Let the iTel API misbehave once."""
    async with aiohttp.ClientSession(world.itel_api_url) as session:
        body = {"path": "/cabinets/*", "fault": fault, "seconds": seconds}
        async with session.post("/_faults", json=body) as response:
            assert response.status == 200


async def test_a_form_becomes_one_order_however_often_it_comes(kafka, worker, world):
    await kafka.send(COMPLETED, FORM, FORM)
    one, two = await kafka.come(SUCCESS, 2)
    assert one == two
    (order,) = await orders(world)
    assert (one["order_id"], order["reference"]) == (order["orderId"], "t-4711-1")


async def test_what_itel_refuses_and_what_is_no_form_go_to_the_errors(kafka, worker, world):
    await kafka.send(COMPLETED, UNDAMAGED, b"{", FORM)
    refused, unreadable = await kafka.come(ERRORS, 2)
    assert refused["reason"] == "iTel API: /cabinets/orders: status 422"
    assert unreadable["reason"].startswith("not a cabinet form: value: Invalid JSON")
    assert unreadable["message"] == "{"
    assert unreadable["origin"].startswith(f"{COMPLETED}[")
    assert (await kafka.come(SUCCESS))[0]["assignment_id"] == "t-4711-1"
    assert len(await orders(world)) == 1


async def test_a_lasting_fault_of_itel_is_an_error_at_once_and_nobody_tries_again(kafka, worker, world):
    await ask_for(world, "throttled", seconds=600)
    await kafka.send(COMPLETED, FORM)
    assert (await kafka.come(ERRORS))[0]["reason"].endswith("status 429")
    assert await orders(world) == []


async def test_an_order_in_hand_is_lost_on_a_kill_and_so_the_worker_must_be_migrated(kafka, world, start):
    await ask_for(world, "slow", seconds=60)
    worker = start(
        "workers",
        "plugins/itel_cabinet_api/itel_cabinet_api_worker",
        **world.environment,
        **kafka.environment,
    )
    worker.until_it_says("worker is ready")
    await kafka.send(COMPLETED, FORM)
    await kafka.all_is_committed(COMPLETED, "plugins-itel-cabinet-api-worker")
    worker.signal(signal.SIGKILL)
    worker.exit_code()
    await kafka.all_is_committed(COMPLETED, "plugins-itel-cabinet-api-worker")
    await kafka.nothing_came(SUCCESS)
    await kafka.nothing_came(ERRORS)
    assert await orders(world) == []
