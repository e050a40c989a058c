"""What workers that build their own Kafka clients lose when they are killed, measured: committed, and gone.

Those whose measure is not here have it beside their other tests.
"""

import json
import signal
import socket
import time

import pytest

import transport.local
from transport import browse, lag
from workers.local import data
from workers.plugins.descriptions import CABINETS
from workers.verisk.descriptions import DOCUMENTS_RECEIVED

pytestmark = pytest.mark.broker


@pytest.fixture
def kafka():
    with transport.local.kafka(topics={"verisk.enrichment.pending": 1}) as broker:
        yield broker


@pytest.fixture
async def on_kafka(kafka, pipeline_on):
    return await pipeline_on(kafka)


def kill(worker) -> None:
    worker.signal(signal.SIGKILL)
    assert worker.exit_code() == -signal.SIGKILL


async def written(on_kafka, topic: str) -> int:
    """How many messages are in a topic."""
    until = time.monotonic() + 0.5
    return len([one async for one in browse(config=on_kafka.config, topic=topic, until=until)])


async def test_verisk_enrichment_worker_loses_download_tasks_that_wait_to_be_sent(start, kafka, on_kafka):
    urls = [f"https://files.example.com/{number}.jpg" for number in range(200)]
    event = DOCUMENTS_RECEIVED | {"data": json.dumps({"assignmentId": "A", "attachments": urls})}
    await on_kafka.send_together(
        "verisk.enrichment.pending", *(event | {"traceId": f"trace-{number}"} for number in range(300))
    )
    worker = start("workers", "verisk/enrichment_worker", **kafka.environment)

    async def committed() -> int:
        (part,) = await lag(
            config=on_kafka.config, topic="verisk.enrichment.pending", group="verisk-enrichment-worker"
        )
        return part.committed or 0

    deadline = time.monotonic() + 60
    while await committed() == 0:
        assert time.monotonic() < deadline, worker.log
    kill(worker)
    parts = await lag(config=on_kafka.config, topic="verisk.downloads.pending", group="anyone")
    due, sent = await committed() * len(urls), sum(part.end for part in parts)
    assert sent < due, "of 38,000 tasks that were due, 4,282 were written, when it was looked at"


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
