"""The Verisk download worker on the in-memory transport, with the local file host."""

import json

import pytest

from tests.workers.fleet import ask_for_a_fault
from transport.memory import MemoryBroker
from workers.downloads import Downloads
from workers.local.links import link
from workers.verisk.descriptions import DOWNLOAD
from workers.verisk.download_worker import DownloadWorker

PENDING = "verisk.downloads.pending"
CACHED = "verisk.downloads.cached"
DEAD = "verisk.downloads.dead"
GROUP = "verisk-download-worker"


def made(config, world, cache) -> DownloadWorker:
    return DownloadWorker(config, Downloads.from_env({**world.environment, "CACHE_DIR": str(cache)}))


@pytest.fixture
async def running(pipeline, world, tmp_path):
    worker = made(pipeline.config, world, tmp_path)
    await worker.start()
    yield worker
    await worker.stop()


@pytest.fixture
def task(world):
    """A task for one of the local host's files."""

    def task(number: int, path: str = "") -> dict:
        return DOWNLOAD | {
            "media_id": f"m-{number}",
            "attachment_url": world.file_host_url + (path or link(f"/files/verisk/{number}.pdf")),
            "blob_path": f"verisk/documentsReceived/05P3KY1/trace/{number}/{number}.pdf",
        }

    return task


async def test_attachments_come_to_the_cache(running, task, pipeline, tmp_path):
    await pipeline.send(PENDING, *map(task, range(12)))
    found = await pipeline.first(CACHED, 12)
    cached = [json.loads(message.value) for message in found]
    assert {one["media_id"] for one in cached} == {f"m-{number}" for number in range(12)}
    assert [message.key for message in found] == [one["media_id"].encode() for one in cached]
    for one in cached:
        file = tmp_path / one["blob_path"]
        assert one["local_cache_path"] == str(file)
        assert file.stat().st_size == one["bytes_downloaded"] == 48 * 1024
    await pipeline.all_committed(PENDING, GROUP)


async def test_a_repeated_task_gives_the_same_file(running, task, pipeline, tmp_path):
    await pipeline.send(PENDING, task(1), task(1))
    one, two = (json.loads(message.value) for message in await pipeline.first(CACHED, 2))
    assert {key for key in one if one[key] != two[key]} <= {"downloaded_at"}
    assert len([file for file in tmp_path.rglob("*") if file.is_file()]) == 1


async def test_a_host_that_breaks_off_is_asked_again(running, task, pipeline, world):
    await ask_for_a_fault(world.file_host_url, path="/files/*", fault="truncated")
    await pipeline.send(PENDING, task(1))
    await pipeline.first(CACHED)
    await pipeline.all_committed(PENDING, GROUP)


async def test_what_can_never_be_fetched_becomes_a_dead_letter_and_the_next_goes_on(running, task, pipeline):
    expired = task(1, link("/files/verisk/1.pdf", expires=1))
    forbidden = task(2) | {"attachment_url": "https://10.0.0.1/secret.pdf?signature=x"}
    await pipeline.send(PENDING, expired, {"media_id": "m-9"}, forbidden, b"{", task(3))
    (message,) = await pipeline.first(CACHED)
    assert json.loads(message.value)["media_id"] == "m-3"
    dead = [dict(one.headers)["x-reason"].decode() for one in await pipeline.first(DEAD, 4)]
    for said, why in zip(
        dead,
        (
            "the host answers 403",
            "trace_id: Field required",
            "10.0.0.1 is not an allowed host",
            "Invalid JSON",
        ),
        strict=True,
    ):
        assert why in said
    assert "signature=" not in str(dead)


async def test_a_start_that_fails_can_be_stopped(world, tmp_path):
    broker = MemoryBroker()
    broker.down = True
    worker = made(broker.config(), world, tmp_path)
    with pytest.raises(Exception, match="down"):
        await worker.start()
    await worker.stop()
