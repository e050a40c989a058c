"""The plugin action worker on the in-memory transport, with the local API, and actions of the test's own."""

import asyncio
import json
from pathlib import Path

import aiohttp
import pytest

from tests.workers.fleet import ask_for_a_fault
from transport import TransportConfig
from transport.memory import MemoryBroker
from workers import plugin_files
from workers.errors import PluginFileError, SettingError
from workers.plugins.descriptions import CABINETS
from workers.plugins.shared import connections
from workers.plugins.shared.workers.plugin_action_worker import PluginActionWorker
from workers.settings import PLUGINS

NOTICES = "plugins.task_notices.pending"
GROUP = "plugins-plugin-action-worker"
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


def made(config: TransportConfig, world, folder: Path) -> PluginActionWorker:
    """The worker of the actions in a folder."""
    plugins = plugin_files.plugins(folder)
    actions = {name: plugin.action for name, plugin in plugins.items() if plugin.action is not None}
    return PluginActionWorker(config, actions, connections.named(world.environment, {"claimx"}))


@pytest.fixture
async def run(pipeline, world, tmp_path):
    """Starts the worker of the actions that were written into the test's folder, or lie in another one."""
    started = []

    async def run(folder: Path = tmp_path) -> PluginActionWorker:
        worker = made(pipeline.config, world, folder)
        started.append(worker)
        await worker.start()
        return worker

    yield run
    for worker in started:
        await worker.stop()


def action(folder: Path, name: str, *, path: str = "/data", steps: str = "") -> str:
    """Write a plugin's file; the topic its action reads."""
    reads = f"plugins.{name}"
    (folder / f"{name}.toml").write_text(ACTION.format(reads=reads, path=path) + steps)
    return reads


async def told(pipeline, topic: str, count: int = 1) -> list[dict]:
    return [json.loads(message.value) for message in await pipeline.first(topic, count)]


async def send(pipeline, topic: str, *numbers: int) -> None:
    """A message of each number, each under a key of its own."""
    for number in numbers:
        await pipeline.send(topic, {"n": number}, key=f"k-{number}".encode())


async def posted(world) -> list:
    """What the partner was given, post by post."""
    headers = {"Authorization": f"Bearer {world.claimx_api_token}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.get(f"{world.claimx_api_url}/data") as response,
    ):
        return await response.json()


async def test_the_shipped_action_posts_what_its_steps_made(run, pipeline):
    await run(Path(PLUGINS))
    await pipeline.send(NOTICES, CABINETS, CABINETS | {"project_id": "9999"}, b"[]")
    (done,) = await told(pipeline, "plugins.task_notices.success")
    errors = await told(pipeline, "plugins.task_notices.errors", 2)
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
    await pipeline.all_committed(NOTICES, GROUP)


async def test_each_topic_has_its_own_action(run, pipeline, tmp_path):
    one, two = action(tmp_path, "one"), action(tmp_path, "two")
    await run()
    await send(pipeline, one, 1)
    await send(pipeline, two, 2)
    assert await told(pipeline, f"{one}.success") == [{"action": "one", "message": {"n": 1}}]
    assert await told(pipeline, f"{two}.success") == [{"action": "two", "message": {"n": 2}}]


async def test_a_full_batch_goes_at_once_and_the_rest_after_a_while(run, pipeline, world, tmp_path):
    reads = action(tmp_path, "batched", steps=BATCH.format(size=2, seconds=1.0))
    await run()
    await send(pipeline, reads, 1, 2, 3)
    done = await told(pipeline, f"{reads}.success", 3)
    assert {one["message"]["n"] for one in done} == {1, 2, 3}
    assert [len(batch) for batch in await posted(world)] == [2, 1]


async def test_a_message_is_committed_when_its_batch_is_posted_and_not_before(run, pipeline, tmp_path):
    reads = action(tmp_path, "batched", steps=BATCH.format(size=3, seconds=3600))
    await run()
    await send(pipeline, reads, 1, 2)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(pipeline.all_committed(reads, GROUP), 0.5)
    await send(pipeline, reads, 3)
    await pipeline.all_committed(reads, GROUP)


async def test_an_outage_of_the_partner_is_sat_out(run, pipeline, world, tmp_path):
    reads = action(tmp_path, "batched", steps=BATCH.format(size=2, seconds=0.2))
    await ask_for_a_fault(world.claimx_api_url, path="/data", fault="throttled", seconds=600)
    await run()
    await send(pipeline, reads, 1, 2)
    assert {one["message"]["n"] for one in await told(pipeline, f"{reads}.success", 2)} == {1, 2}
    await pipeline.all_committed(reads, GROUP)


async def test_a_partner_that_refuses_makes_errors_of_the_whole_batch(run, pipeline, tmp_path):
    reads = action(tmp_path, "refused", path="/nowhere", steps=BATCH.format(size=2, seconds=60))
    await run()
    await send(pipeline, reads, 1, 2)
    errors = await told(pipeline, f"{reads}.errors", 2)
    assert {error["reason"] for error in errors} == {"claimx: /nowhere: status 404"}
    assert sorted(error["message"] for error in errors) == ['{"n": 1}', '{"n": 2}']


def test_without_an_action_there_is_nothing_to_do(tmp_path):
    with pytest.raises(PluginFileError, match="no plugin has an"):
        PluginActionWorker.from_env({"PLUGINS_DIR": str(tmp_path)})


KAFKA = {"PIPELINE_TRANSPORT": "kafka", "KAFKA_BOOTSTRAP_SERVERS": "localhost:9092"}


def test_only_the_connections_that_are_used_must_be_set():
    with pytest.raises(SettingError, match="CLAIMX_API_URL is not set"):
        PluginActionWorker.from_env(KAFKA)


async def test_a_start_that_fails_can_be_stopped(world):
    broker = MemoryBroker()
    broker.down = True
    worker = made(broker.config(), world, Path(PLUGINS))
    with pytest.raises(Exception, match="down"):
        await worker.start()
    await worker.stop()
