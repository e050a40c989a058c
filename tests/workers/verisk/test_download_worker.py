"""The Verisk download worker before its migration, on Kafka: what it does, and what it loses."""

import asyncio
import json
import signal

import aiohttp
import pytest
from structlog.testing import capture_logs

from transport import lag
from workers.local.links import link
from workers.verisk.descriptions import DOWNLOAD
from workers.verisk.download_worker import DownloadWorker

pytestmark = pytest.mark.broker

PENDING = "verisk.downloads.pending"
CACHED = "verisk.downloads.cached"
GROUP = "verisk-download-worker"


@pytest.fixture
async def running(kafka, world, tmp_path):
    """The worker in its loop."""
    environ = {**kafka.environment, **world.environment, "CACHE_DIR": str(tmp_path)}
    worker = DownloadWorker.from_env(environ)
    await worker.start()
    loop = asyncio.create_task(worker.run())
    yield worker
    await worker.stop()
    await loop


def task(world, number: int, path: str | None = None) -> dict:
    file = path or link(f"/files/verisk/{number}.pdf")
    place = f"verisk/documentsReceived/05P3KY1/trace/{number}/{number}.pdf"
    return DOWNLOAD | {
        "media_id": f"m-{number}",
        "attachment_url": world.file_host_url + file,
        "blob_path": place,
    }


async def test_attachments_come_to_the_cache(running, world, on_kafka, tmp_path):
    await on_kafka.send(PENDING, *(task(world, number) for number in range(12)))
    cached = [json.loads(message.value) for message in await on_kafka.first(CACHED, 12)]
    assert {one["media_id"] for one in cached} == {f"m-{number}" for number in range(12)}
    for one in cached:
        file = tmp_path / one["blob_path"]
        assert one["local_cache_path"] == str(file)
        assert file.stat().st_size == one["bytes_downloaded"] == 48 * 1024
    await on_kafka.all_committed(PENDING, GROUP)


async def test_a_repeated_task_gives_the_same_file(running, world, on_kafka, tmp_path):
    await on_kafka.send(PENDING, task(world, 1), task(world, 1))
    one, two = (json.loads(message.value) for message in await on_kafka.first(CACHED, 2))
    assert {key for key in one if one[key] != two[key]} <= {"downloaded_at"}
    assert len([file for file in tmp_path.rglob("*") if file.is_file()]) == 1


async def test_what_fails_is_logged_committed_and_gone(running, world, on_kafka):
    expired = task(world, 1, link("/files/verisk/1.pdf", expires=1))
    forbidden = task(world, 2) | {"attachment_url": "https://10.0.0.1/secret.pdf?signature=x"}
    with capture_logs() as logs:
        await on_kafka.send(PENDING, expired, {"media_id": "m-9"}, forbidden, b"{", task(world, 3))
        (message,) = await on_kafka.first(CACHED)
        await on_kafka.all_committed(PENDING, GROUP)
    assert json.loads(message.value)["media_id"] == "m-3"
    reasons = [line["reason"] for line in logs if line["event"] == "download failed, skipping"]
    assert len(reasons) == 4
    assert "the host answers 403" in reasons[0]
    assert "trace_id: Field required" in reasons[1]
    assert "DownloadRefusedError: 10.0.0.1 is not an allowed host" in reasons[2]
    assert "Invalid JSON" in reasons[3]
    assert "signature=" not in str(logs)


async def test_stop_waits_for_the_batch_in_hand_and_commits_it(running, world, on_kafka):
    await on_kafka.send_together(PENDING, *(task(world, number) for number in range(10)))
    await on_kafka.first(CACHED)
    await running.stop()
    (pending,) = await lag(config=on_kafka.config, topic=PENDING, group=GROUP)
    cached = await lag(config=on_kafka.config, topic=CACHED, group="anyone")
    assert pending.committed == sum(partition.end for partition in cached) > 0


async def test_a_batch_in_hand_when_it_is_killed_is_not_committed(start, kafka, world, on_kafka, tmp_path):
    """The measure of the loss: of a batch of ten, one still under way, all ten come again."""
    slow = {"path": "/files/*/5.pdf", "fault": "slow", "seconds": 60}
    url = f"{world.file_host_url}/_faults"
    async with aiohttp.ClientSession() as session, session.post(url, json=slow) as response:
        assert response.status == 200
    await on_kafka.send_together(PENDING, *(task(world, number) for number in range(10)))
    environ = {**kafka.environment, **world.environment, "CACHE_DIR": str(tmp_path)}
    worker = start("workers", "verisk/download_worker", **environ)
    await on_kafka.first(CACHED, 9)
    worker.signal(signal.SIGKILL)
    assert worker.exit_code() == -signal.SIGKILL
    (partition,) = await lag(config=on_kafka.config, topic=PENDING, group=GROUP)
    assert partition.behind == 10
