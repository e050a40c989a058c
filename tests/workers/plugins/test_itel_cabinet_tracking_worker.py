"""The iTel cabinet tracking worker against a Kafka stand-in, the local API and real Delta tables."""

import pytest
from deltalake import DeltaTable, QueryBuilder

from workers.claimx.api import ClaimXApi
from workers.plugins.descriptions import CABINETS
from workers.plugins.itel_cabinet_api.itel_cabinet_tracking_worker import (
    ATTACHMENTS,
    COMPLETED,
    FORMS,
    GROUP,
    PENDING,
    ItelCabinetTrackingWorker,
)
from workers.tables import Tables

pytestmark = pytest.mark.broker


@pytest.fixture
def worker(kafka, world, tmp_path):
    return ItelCabinetTrackingWorker(
        kafka.servers, ClaimXApi.from_env(world.environment), Tables(str(tmp_path))
    )


def rows(folder, table: str) -> list[dict]:
    query = QueryBuilder().register("rows", DeltaTable(str(folder / table)))
    return [
        row for batch in query.execute("SELECT * FROM rows") for row in batch.to_struct_array().to_pylist()
    ]


async def test_a_completed_form_lies_in_both_tables_and_goes_on(kafka, worker, running, tmp_path):
    async with running(worker):
        await kafka.send(PENDING, CABINETS)
        (form,) = await kafka.come(COMPLETED)
        await kafka.all_is_committed(PENDING, GROUP)
    assert form["damage"] == "Water from the dishwasher"
    assert form["cabinets"] == [
        {"kind": "lower", "damaged": True, "linear_feet": 12.5},
        {"kind": "upper", "damaged": False, "linear_feet": None},
    ]
    assert [file["media_id"] for file in form["attachments"]] == ["m-4711-1", "m-4711-2"]
    (row,) = rows(tmp_path, FORMS)
    assert (row["assignment_id"], row["task_id"], row["damage"]) == ("t-4711-1", "32513", form["damage"])
    assert {row["media_id"] for row in rows(tmp_path, ATTACHMENTS)} == {"m-4711-1", "m-4711-2"}


async def test_a_repeated_form_doubles_no_row(kafka, worker, running, tmp_path):
    async with running(worker):
        await kafka.send(PENDING, CABINETS, CABINETS)
        one, two = await kafka.come(COMPLETED, 2)
        await kafka.send(PENDING, CABINETS)
        await kafka.come(COMPLETED, 3)
    assert one == two
    assert len(rows(tmp_path, FORMS)) == 1
    assert len(rows(tmp_path, ATTACHMENTS)) == 2


async def test_what_is_no_completed_cabinet_task_is_passed_over(kafka, worker, running, tmp_path):
    async with running(worker):
        await kafka.send(
            PENDING,
            CABINETS | {"event_id": "e-10", "task_id": "31001"},
            CABINETS | {"event_id": "e-11", "task_status": "ASSIGNED"},
            CABINETS | {"event_id": "e-12", "assignment_id": "t-9999-1"},
            {"event_id": "e-13"},
            CABINETS,
        )
        assert (await kafka.come(COMPLETED))[0]["event_id"] == "e-1"
        await kafka.all_is_committed(PENDING, GROUP)
    assert len(rows(tmp_path, FORMS)) == 1
