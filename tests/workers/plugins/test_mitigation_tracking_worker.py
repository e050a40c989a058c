"""The mitigation tracking worker against a Kafka stand-in and the local API."""

import signal

import aiohttp
import pytest

from workers.claimx.api import ClaimXApi
from workers.plugins.claimx_mitigation_task.mitigation_tracking_worker import (
    GROUP,
    PENDING,
    SUCCESS,
    MitigationTrackingWorker,
)
from workers.plugins.descriptions import MITIGATION

pytestmark = pytest.mark.broker


@pytest.fixture
async def worker(kafka, world, running):
    async with running(
        MitigationTrackingWorker(kafka.servers, ClaimXApi.from_env(world.environment), retry_delay=0.2)
    ) as worker:
        yield worker


async def break_api(world, times: int) -> None:
    """Let the API fail: five times are more than the client's own retries."""
    async with aiohttp.ClientSession(world.claimx_api_url) as session:
        body = {"path": "/export/*", "fault": "broken", "times": times}
        async with session.post("/_faults", json=body) as response:
            assert response.status == 200


async def test_a_completed_task_comes_out_with_its_project_and_media_and_no_presigned_url(kafka, worker):
    await kafka.send(PENDING, MITIGATION)
    (tracked,) = await kafka.come(SUCCESS)
    assert (tracked["event_id"], tracked["assignment_id"]) == ("e-3", "t-4711-3")
    assert tracked["project"]["master_file_name"] == "MFN-4711"
    assert [file["media_id"] for file in tracked["media"]] == ["m-4711-1", "m-4711-2", "m-4711-3"]
    assert "signature" not in str(tracked)


async def test_what_is_not_completed_not_known_or_not_readable_is_passed_over(kafka, worker):
    await kafka.send(
        PENDING,
        MITIGATION | {"event_id": "e-10", "task_status": "IN_PROGRESS"},
        MITIGATION | {"event_id": "e-11", "project_id": "9999"},
        b"{",
        MITIGATION,
    )
    assert (await kafka.come(SUCCESS))[0]["event_id"] == "e-3"
    await kafka.all_is_committed(PENDING, GROUP)


async def test_the_same_task_twice_gives_the_same_message_twice(kafka, worker):
    await kafka.send(PENDING, MITIGATION, MITIGATION)
    one, two = await kafka.come(SUCCESS, 2)
    assert one == two


async def test_what_the_api_cannot_answer_now_is_tried_again_though_it_is_committed(kafka, worker, world):
    await break_api(world, times=5)
    await kafka.send(PENDING, MITIGATION)
    assert (await kafka.come(SUCCESS))[0]["event_id"] == "e-3"
    await kafka.all_is_committed(PENDING, GROUP)


async def test_what_waits_to_be_tried_again_is_lost_on_a_kill_and_so_the_worker_must_be_migrated(
    kafka, world, start
):
    await break_api(world, times=5)
    worker = start(
        "workers",
        "plugins/claimx_mitigation_task/mitigation_tracking_worker",
        **world.environment,
        **kafka.environment,
    )
    worker.until_it_says("worker is ready")
    await kafka.send(PENDING, MITIGATION)
    await kafka.all_is_committed(PENDING, GROUP)
    assert "ClaimX API unavailable" in worker.log
    worker.signal(signal.SIGKILL)
    worker.exit_code()
    await kafka.all_is_committed(PENDING, GROUP)
    await kafka.nothing_came(SUCCESS)
