"""The iTel cabinet tracking worker on the in-memory transport, with the local API and real Delta tables."""

import json

import pytest

from tests.workers.fleet import ask_for_a_fault
from transport.memory import MemoryBroker
from workers.claimx.api import ClaimXApi
from workers.plugins.descriptions import CABINETS
from workers.plugins.itel_cabinet_api.itel_cabinet_tracking_worker import (
    ATTACHMENTS,
    COMPLETED,
    FORMS,
    PENDING,
    ItelCabinetTrackingWorker,
)
from workers.tables import Tables

DEAD = "itel.cabinet.dead"
GROUP = "plugins-itel-cabinet-tracking-worker"


def made(config, world, folder) -> ItelCabinetTrackingWorker:
    return ItelCabinetTrackingWorker(config, ClaimXApi.from_env(world.environment), Tables(str(folder)))


@pytest.fixture
async def running(pipeline, world, tmp_path):
    worker = made(pipeline.config, world, tmp_path)
    await worker.start()
    yield worker
    await worker.stop()


async def test_a_completed_form_lies_in_both_tables_before_it_goes_on(running, pipeline, rows, tmp_path):
    await pipeline.send(PENDING, CABINETS)
    (message,) = await pipeline.first(COMPLETED)
    (row,) = rows(tmp_path / FORMS)
    assert {row["media_id"] for row in rows(tmp_path / ATTACHMENTS)} == {"m-4711-1", "m-4711-2"}
    form = json.loads(message.value)
    assert message.key == b"t-4711-1"
    assert form["damage"] == "Water from the dishwasher"
    assert form["cabinets"] == [
        {"kind": "lower", "damaged": True, "linear_feet": 12.5},
        {"kind": "upper", "damaged": False, "linear_feet": None},
    ]
    assert [file["media_id"] for file in form["attachments"]] == ["m-4711-1", "m-4711-2"]
    assert (row["assignment_id"], row["task_id"], row["damage"]) == ("t-4711-1", "32513", form["damage"])
    await pipeline.all_committed(PENDING, GROUP)


async def test_a_repeated_form_doubles_no_row(running, pipeline, rows, tmp_path):
    await pipeline.send(PENDING, CABINETS, CABINETS)
    one, two = await pipeline.first(COMPLETED, 2)
    assert one.value == two.value
    assert len(rows(tmp_path / FORMS)) == 1
    assert len(rows(tmp_path / ATTACHMENTS)) == 2


async def test_what_is_no_completed_cabinet_task_is_passed_over(running, pipeline, rows, tmp_path):
    await pipeline.send(
        PENDING,
        CABINETS | {"event_id": "e-10", "task_id": "31001"},
        CABINETS | {"event_id": "e-11", "task_status": "ASSIGNED"},
        CABINETS,
    )
    (message,) = await pipeline.first(COMPLETED)
    assert json.loads(message.value)["event_id"] == "e-1"
    await pipeline.all_committed(PENDING, GROUP)
    assert len(rows(tmp_path / FORMS)) == 1


async def test_an_outage_of_the_api_is_sat_out(running, pipeline, world):
    await ask_for_a_fault(world.claimx_api_url, path="/*", fault="broken", times=6)
    await pipeline.send(PENDING, CABINETS)
    await pipeline.first(COMPLETED)
    await pipeline.all_committed(PENDING, GROUP)


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ({"event_id": "e-13"}, "not a task event"),
        (CABINETS | {"assignment_id": "t-9999-1"}, "status 404"),
    ],
)
async def test_what_can_never_be_kept_becomes_a_dead_letter_and_the_next_goes_on(
    value, why, running, pipeline
):
    await pipeline.send(PENDING, value, CABINETS)
    (dead,) = await pipeline.first(DEAD)
    assert why in dict(dead.headers)["x-reason"].decode()
    await pipeline.first(COMPLETED)


async def test_a_start_that_fails_can_be_stopped(world, tmp_path):
    broker = MemoryBroker()
    broker.down = True
    worker = made(broker.config(), world, tmp_path)
    with pytest.raises(Exception, match="down"):
        await worker.start()
    await worker.stop()
