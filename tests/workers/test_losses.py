"""What workers that build their own Kafka clients lose when they are killed, measured: committed, and gone.

Those whose measure is not here have it beside their other tests.
"""

import signal
import socket

import pytest

import transport.local
from workers.local import data
from workers.plugins.descriptions import CABINETS

pytestmark = pytest.mark.broker


@pytest.fixture
def kafka():
    with transport.local.kafka() as broker:
        yield broker


@pytest.fixture
async def on_kafka(kafka, pipeline_on):
    return await pipeline_on(kafka)


def kill(worker) -> None:
    worker.signal(signal.SIGKILL)
    assert worker.exit_code() == -signal.SIGKILL


async def test_itel_cabinet_tracking_worker_loses_rows_that_are_not_written_yet(
    start, kafka, world, on_kafka
):
    with socket.create_server(("127.0.0.1", 0)) as silent:  # a store that does not answer
        store = {
            "TABLES_URL": "s3://tables/itel",
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{silent.getsockname()[1]}",
            "AWS_ALLOW_HTTP": "true",
            "AWS_REGION": "nowhere",
            "AWS_ACCESS_KEY_ID": "somebody",
            "AWS_SECRET_ACCESS_KEY": "something",
        }
        worker = start(
            "workers",
            "plugins/itel_cabinet_api/itel_cabinet_tracking_worker",
            **kafka.environment,
            **world.environment,
            **store,
        )
        worker.until_it_says("worker is ready")
        for project in data.PROJECTS:
            ids = {"project_id": project, "assignment_id": f"t-{project}-1", "event_id": f"e-{project}"}
            await on_kafka.send("itel.cabinet.pending", CABINETS | ids)
        await on_kafka.first("itel.cabinet.completed", len(data.PROJECTS))
        await on_kafka.all_committed("itel.cabinet.pending", "plugins-itel-cabinet-tracking-worker")
        connected, _ = silent.accept()
        connected.close()
        kill(worker)
        await on_kafka.all_committed("itel.cabinet.pending", "plugins-itel-cabinet-tracking-worker")
    assert "tables not written" not in worker.log, "it was still at it"
