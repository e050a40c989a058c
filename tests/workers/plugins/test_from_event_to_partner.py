"""Events in at ClaimX enrichment, orders and tracked mitigations out: each worker is a process of its own."""

import pytest
from deltalake import DeltaTable

from workers.claimx.descriptions import ENRICHMENT_PENDING, MITIGATION_COMPLETED, TASK_COMPLETED
from workers.plugins.itel_cabinet_api.itel_cabinet_tracking_worker import ATTACHMENTS, FORMS, GROUP, PENDING

pytestmark = pytest.mark.broker

WORKERS = (
    "claimx/enrichment_worker",
    "plugins/claimx_mitigation_task/mitigation_tracking_worker",
    "plugins/itel_cabinet_api/itel_cabinet_api_worker",
    "plugins/itel_cabinet_api/itel_cabinet_tracking_worker",
)


async def test_a_completed_task_reaches_its_partner_once_though_its_event_comes_twice(
    kafka, world, start, tmp_path
):
    environment = {**kafka.environment, **world.environment, "TABLES_URL": str(tmp_path / "tables")}
    workers = [start("workers", name, **environment) for name in WORKERS]
    for worker in workers:
        worker.until_it_says("worker is ready")
    await kafka.send(ENRICHMENT_PENDING, *(TASK_COMPLETED, MITIGATION_COMPLETED) * 2)
    tracked = await kafka.come("claimx.mitigation.success", 2)
    orders = await kafka.come("itel.api.success", 2)
    assert {one["assignment_id"] for one in tracked} == {"t-4711-3"}
    assert {one["assignment_id"] for one in orders} == {"t-4711-1"}
    assert len({one["order_id"] for one in orders}) == 1
    await kafka.all_is_committed(PENDING, GROUP)
    assert [worker.terminate() for worker in workers] == [0] * len(WORKERS)
    assert DeltaTable(str(tmp_path / "tables" / FORMS)).count() == 1
    assert DeltaTable(str(tmp_path / "tables" / ATTACHMENTS)).count() == 2
