"""The mitigation tracking worker on the in-memory transport, with the local API."""

import json

import pytest

from tests.workers.fleet import ask_for_a_fault
from transport.memory import MemoryBroker
from workers.claimx.api import ClaimXApi
from workers.plugins.claimx_mitigation_task.mitigation_tracking_worker import (
    PENDING,
    SUCCESS,
    MitigationTrackingWorker,
)
from workers.plugins.descriptions import MITIGATION

DEAD = "claimx.mitigation.dead"
GROUP = "plugins-mitigation-tracking-worker"


def made(config, world) -> MitigationTrackingWorker:
    return MitigationTrackingWorker(config, ClaimXApi.from_env(world.environment))


@pytest.fixture
async def running(pipeline, world):
    worker = made(pipeline.config, world)
    await worker.start()
    yield worker
    await worker.stop()


async def test_a_completed_task_comes_out_with_its_project_and_media_and_no_presigned_url(running, pipeline):
    await pipeline.send(PENDING, MITIGATION)
    (message,) = await pipeline.first(SUCCESS)
    tracked = json.loads(message.value)
    assert message.key == b"t-4711-3"
    assert (tracked["event_id"], tracked["assignment_id"]) == ("e-3", "t-4711-3")
    assert tracked["project"]["master_file_name"] == "MFN-4711"
    assert [file["media_id"] for file in tracked["media"]] == ["m-4711-1", "m-4711-2", "m-4711-3"]
    assert "signature" not in str(tracked)


async def test_a_task_that_is_not_completed_is_passed_over(running, pipeline):
    await pipeline.send(PENDING, MITIGATION | {"event_id": "e-10", "task_status": "IN_PROGRESS"}, MITIGATION)
    (message,) = await pipeline.first(SUCCESS)
    assert json.loads(message.value)["event_id"] == "e-3"
    await pipeline.all_committed(PENDING, GROUP)


async def test_the_same_task_twice_gives_the_same_message_twice(running, pipeline):
    await pipeline.send(PENDING, MITIGATION, MITIGATION)
    one, two = await pipeline.first(SUCCESS, 2)
    assert one.value == two.value


async def test_what_the_api_cannot_answer_now_is_asked_again(running, pipeline, world):
    # Five times are more than the client's own retries.
    await ask_for_a_fault(world.claimx_api_url, path="/export/*", fault="broken", times=5)
    await pipeline.send(PENDING, MITIGATION)
    await pipeline.first(SUCCESS)
    await pipeline.all_committed(PENDING, GROUP)


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (b"{", "not a task event: value: Invalid JSON"),
        ({"event_id": "e-9"}, "not a task event"),
        (MITIGATION | {"project_id": "9999"}, "status 404"),
    ],
)
async def test_what_can_never_be_tracked_becomes_a_dead_letter_and_the_next_goes_on(
    value, why, running, pipeline
):
    await pipeline.send(PENDING, value, MITIGATION)
    (dead,) = await pipeline.first(DEAD)
    assert why in dict(dead.headers)["x-reason"].decode()
    await pipeline.first(SUCCESS)


async def test_a_start_that_fails_can_be_stopped(world):
    broker = MemoryBroker()
    broker.down = True
    worker = made(broker.config(), world)
    with pytest.raises(Exception, match="down"):
        await worker.start()
    await worker.stop()
