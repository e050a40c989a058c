"""The plugin action worker against a Kafka stand-in and the local API, with actions of the test's own."""

import signal
from pathlib import Path

import pytest

from workers.errors import PluginFileError, SettingError
from workers.plugins.descriptions import CABINETS
from workers.plugins.shared.workers.plugin_action_worker import GROUP, PluginActionWorker

pytestmark = pytest.mark.broker

NOTICES = "plugins.task_notices.pending"
ACTION = """
[action]
reads = "{reads}"
success = "{reads}.success"
errors = "{reads}.errors"
connection = "claimx"
path = "{path}"
"""
BATCH = """
[[action.steps]]
kind = "batch"
size = {size}
seconds = {seconds}
"""


@pytest.fixture
def environment(kafka, world, tmp_path):
    return {**world.environment, **kafka.environment, "PLUGINS_DIR": str(tmp_path)}


def action(folder: Path, name: str, *, path: str = "/data", steps: str = "") -> str:
    """Write a plugin's file; the topic its action reads."""
    reads = f"plugins.{name}"
    (folder / f"{name}.toml").write_text(ACTION.format(reads=reads, path=path) + steps)
    return reads


async def test_the_shipped_action_posts_what_its_steps_made(kafka, world, running):
    async with running(PluginActionWorker.from_env({**world.environment, **kafka.environment})):
        await kafka.send(NOTICES, CABINETS, CABINETS | {"project_id": "9999"}, b"[]")
        (done,) = await kafka.come("plugins.task_notices.success")
        errors = await kafka.come("plugins.task_notices.errors", 2)
    assert done == {
        "action": "task_notices",
        "message": {
            "event": "e-1",
            "claim": "MFN-4711",
            "task": "Cabinet repair form",
            "notice": "task completed",
        },
    }
    assert [error["reason"] for error in errors] == [
        "claimx: /export/project/9999: status 404",
        "the message is no JSON object",
    ]


async def test_each_topic_has_its_own_action(kafka, environment, running, tmp_path):
    one, two = action(tmp_path, "one"), action(tmp_path, "two")
    async with running(PluginActionWorker.from_env(environment)):
        await kafka.send(one, {"n": 1})
        await kafka.send(two, {"n": 2})
        assert await kafka.come(f"{one}.success") == [{"action": "one", "message": {"n": 1}}]
        assert await kafka.come(f"{two}.success") == [{"action": "two", "message": {"n": 2}}]


async def test_a_full_batch_goes_at_once_and_the_rest_after_a_while(kafka, environment, running, tmp_path):
    reads = action(tmp_path, "batched", steps=BATCH.format(size=2, seconds=0.3))
    async with running(PluginActionWorker.from_env(environment)):
        await kafka.send(reads, {"n": 1}, {"n": 2}, {"n": 3})
        done = await kafka.come(f"{reads}.success", 3)
    assert [one["message"]["n"] for one in done] == [1, 2, 3]


async def test_a_batch_in_hand_is_posted_on_a_stop(kafka, environment, running, tmp_path):
    reads = action(tmp_path, "batched", steps=BATCH.format(size=9, seconds=60))
    async with running(PluginActionWorker.from_env(environment)):
        await kafka.send(reads, {"n": 1})
        await kafka.all_is_committed(reads, GROUP)
    assert len(await kafka.come(f"{reads}.success")) == 1


async def test_a_batch_in_hand_is_lost_on_a_kill_and_so_the_worker_must_be_migrated(
    kafka, environment, start, tmp_path
):
    reads = action(tmp_path, "batched", steps=BATCH.format(size=9, seconds=60))
    worker = start("workers", "plugins/shared/workers/plugin_action_worker", **environment)
    worker.until_it_says("worker is ready")
    await kafka.send(reads, {"n": 1})
    await kafka.all_is_committed(reads, GROUP)
    worker.signal(signal.SIGKILL)
    worker.exit_code()
    await kafka.all_is_committed(reads, GROUP)
    await kafka.nothing_came(f"{reads}.success")


async def test_a_partner_that_refuses_makes_errors_of_the_whole_batch(kafka, environment, running, tmp_path):
    reads = action(tmp_path, "refused", path="/nowhere", steps=BATCH.format(size=2, seconds=60))
    async with running(PluginActionWorker.from_env(environment)):
        await kafka.send(reads, {"n": 1}, {"n": 2})
        errors = await kafka.come(f"{reads}.errors", 2)
    assert {error["reason"] for error in errors} == {"claimx: /nowhere: status 404"}
    assert [error["message"] for error in errors] == ['{"n": 1}', '{"n": 2}']


def test_without_an_action_there_is_nothing_to_do(tmp_path):
    with pytest.raises(PluginFileError, match="no plugin has an"):
        PluginActionWorker.from_env({"PLUGINS_DIR": str(tmp_path)})


def test_only_the_connections_that_are_used_must_be_set():
    with pytest.raises(SettingError, match="CLAIMX_API_URL is not set"):
        PluginActionWorker.from_env({})
