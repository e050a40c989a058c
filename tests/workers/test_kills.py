"""What a worker has in hand when it is killed is committed by nobody, and so it comes again.

Each lost it before its migration: see docs/before-the-migration.md.
"""

import asyncio
import json
import os
import signal
import socket
import time
from pathlib import Path

import pytest

import transport.local
from tests.workers.fleet import PATIENCE, ask_for_a_fault, faults_are_all_shown
from transport import lag
from workers.claimx.descriptions import CACHED, DOWNLOAD
from workers.local import data
from workers.local.links import link
from workers.plugins import descriptions as plugins
from workers.verisk import descriptions as verisk

pytestmark = pytest.mark.broker

BATCHED = """
[action]
reads = "plugins.batched"
success = "plugins.batched.success"
errors = "plugins.batched.errors"
connection = "claimx"
path = "/data"

[[action.steps]]
kind = "batch"
size = 2
seconds = 3600.0
"""


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


async def comes_again(on_kafka, topic: str, group: str) -> int:
    """How many messages of a topic a group has not committed."""
    return sum(part.behind for part in await lag(config=on_kafka.config, topic=topic, group=group))


# Of each domain, a download task, and the field that says where its file is.
DOWNLOADS = {"claimx": (DOWNLOAD, "download_url"), "verisk": (verisk.DOWNLOAD, "attachment_url")}


@pytest.mark.parametrize("domain", DOWNLOADS)
async def test_all_ten_downloads_in_hand_come_again(domain, start, kafka, world, on_kafka, tmp_path):
    await ask_for_a_fault(world.file_host_url, path="/files/*", fault="slow", times=10, seconds=60)
    environment = {**kafka.environment, **world.environment, "CACHE_DIR": str(tmp_path)}
    worker = start("workers", f"{domain}/download_worker", **environment)
    task, where = DOWNLOADS[domain]
    for number in range(10):
        url = world.file_host_url + link(f"/files/4711/{number}.jpg")
        about = {"media_id": f"m-{number}", where: url, "blob_path": f"{domain}/{number}.jpg"}
        await on_kafka.send(f"{domain}.downloads.pending", task | about, key=about["media_id"].encode())
    await faults_are_all_shown(world.file_host_url)
    kill(worker)
    assert await comes_again(on_kafka, f"{domain}.downloads.pending", f"{domain}-download-worker") == 10


async def opened_by_somebody(files: list[Path]) -> int:
    """A descriptor of a named pipe that somebody reads from; who does waits for as long as it is open."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        for file in files:
            try:
                return os.open(file, os.O_WRONLY | os.O_NONBLOCK)
            except OSError:  # nobody has it open for reading yet
                await asyncio.sleep(0.02)
    raise AssertionError("nobody began to read")


UPLOADS = {"claimx": CACHED, "verisk": verisk.IN_CACHE}


@pytest.mark.parametrize("domain", UPLOADS)
async def test_all_uploads_in_hand_come_again_and_those_that_wait_for_their_turn(
    domain, start, kafka, on_kafka, tmp_path
):
    cache = tmp_path / "cache"
    cache.mkdir()
    files = [cache / f"{number}.jpg" for number in range(30)]
    environment = {"CACHE_DIR": str(cache), "STORAGE_URL": str(tmp_path / "store")}
    for number, file in enumerate(files):
        os.mkfifo(file)  # a disk that does not answer
        about = {"media_id": f"m-{number}", "local_cache_path": str(file), "destination_path": file.name}
        await on_kafka.send(
            f"{domain}.downloads.cached", UPLOADS[domain] | about, key=about["media_id"].encode()
        )
    worker = start("workers", f"{domain}/upload_worker", **kafka.environment, **environment)
    pipe = await opened_by_somebody(files)
    kill(worker)
    os.close(pipe)
    assert await comes_again(on_kafka, f"{domain}.downloads.cached", f"{domain}-upload-worker") == 30


async def test_all_download_tasks_of_a_committed_verisk_event_are_written(start, kafka, on_kafka):
    topic, group = "verisk.enrichment.pending", "verisk-enrichment-worker"
    urls = [f"https://files.example.com/{number}.jpg" for number in range(200)]
    event = verisk.DOCUMENTS_RECEIVED | {"data": json.dumps({"assignmentId": "A", "attachments": urls})}
    await on_kafka.send_together(topic, *(event | {"traceId": f"trace-{number}"} for number in range(300)))
    worker = start("workers", "verisk/enrichment_worker", **kafka.environment)

    async def committed() -> int:
        return sum(one.committed or 0 for one in await lag(config=on_kafka.config, topic=topic, group=group))

    deadline = time.monotonic() + PATIENCE
    while await committed() == 0:
        assert time.monotonic() < deadline, worker.log
    kill(worker)
    parts = await lag(config=on_kafka.config, topic="verisk.downloads.pending", group="anyone")
    assert sum(part.end for part in parts) >= await committed() * len(urls) > 0


async def test_a_mitigation_task_that_the_api_cannot_answer_now_comes_again(start, kafka, world, on_kafka):
    await ask_for_a_fault(world.claimx_api_url, path="/export/*", fault="slow", seconds=60)
    name = "plugins/claimx_mitigation_task/mitigation_tracking_worker"
    worker = start("workers", name, **world.environment, **kafka.environment)
    await on_kafka.send("claimx.mitigation.pending", plugins.MITIGATION)
    await faults_are_all_shown(world.claimx_api_url)
    kill(worker)
    assert await comes_again(on_kafka, "claimx.mitigation.pending", "plugins-mitigation-tracking-worker") == 1


async def test_cabinet_forms_whose_rows_are_not_written_yet_come_again(start, kafka, world, on_kafka):
    with socket.create_server(("127.0.0.1", 0)) as silent:  # a store that does not answer
        store = {
            "TABLES_URL": "s3://tables/itel",
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{silent.getsockname()[1]}",
            "AWS_ALLOW_HTTP": "true",
            "AWS_REGION": "nowhere",
            "AWS_ACCESS_KEY_ID": "somebody",
            "AWS_SECRET_ACCESS_KEY": "something",
        }
        name = "plugins/itel_cabinet_api/itel_cabinet_tracking_worker"
        worker = start("workers", name, **kafka.environment, **world.environment, **store)
        for project in data.PROJECTS:
            ids = {"project_id": project, "assignment_id": f"t-{project}-1", "event_id": f"e-{project}"}
            await on_kafka.send("itel.cabinet.pending", plugins.CABINETS | ids, key=project.encode())
        silent.settimeout(PATIENCE)
        connected, _ = await asyncio.to_thread(silent.accept)
        connected.close()
        kill(worker)
    group = "plugins-itel-cabinet-tracking-worker"
    assert await comes_again(on_kafka, "itel.cabinet.pending", group) == len(data.PROJECTS)
    parts = await lag(config=on_kafka.config, topic="itel.cabinet.completed", group="anyone")
    assert sum(part.end for part in parts) == 0


async def test_an_order_that_is_being_placed_comes_again(start, kafka, world, on_kafka):
    await ask_for_a_fault(world.itel_api_url, path="/cabinets/*", fault="slow", seconds=60)
    name = "plugins/itel_cabinet_api/itel_cabinet_api_worker"
    worker = start("workers", name, **world.environment, **kafka.environment)
    await on_kafka.send("itel.cabinet.completed", plugins.FORM)
    await faults_are_all_shown(world.itel_api_url)
    kill(worker)
    assert await comes_again(on_kafka, "itel.cabinet.completed", "plugins-itel-cabinet-api-worker") == 1


async def test_a_batch_in_memory_comes_again(start, kafka, world, on_kafka, tmp_path):
    plugins_dir = tmp_path / "plugins"
    plugins_dir.mkdir()
    (plugins_dir / "batched.toml").write_text(BATCHED)
    name = "plugins/shared/workers/plugin_action_worker"
    environment = {**world.environment, **kafka.environment, "PLUGINS_DIR": str(plugins_dir)}
    worker = start("workers", name, **environment)
    worker.until_it_says("worker is ready")
    for number in range(3):  # two of them fill a batch; the third waits for another
        await on_kafka.send("plugins.batched", {"n": number}, key=f"k-{number}".encode())
    await on_kafka.first("plugins.batched.success", 2)
    kill(worker)
    assert 1 <= await comes_again(on_kafka, "plugins.batched", "plugins-plugin-action-worker") <= 3
    parts = await lag(config=on_kafka.config, topic="plugins.batched.success", group="anyone")
    assert sum(part.end for part in parts) == 2
