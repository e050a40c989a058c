"""The ClaimX download worker on the in-memory transport, with the local API and file host."""

import json

import pytest

from tests.workers.fleet import ask_for_a_fault
from transport.memory import MemoryBroker
from workers.claimx.api import ClaimXApi
from workers.claimx.descriptions import DOWNLOAD
from workers.claimx.download_worker import DownloadWorker
from workers.downloads import Downloads
from workers.local.links import link

PENDING = "claimx.downloads.pending"
CACHED = "claimx.downloads.cached"
DEAD = "claimx.downloads.dead"
GROUP = "claimx-download-worker"
PHOTO = "/files/4711/m-4711-1/front.jpg"


def made(config, world, cache) -> DownloadWorker:
    environ = {**world.environment, "CACHE_DIR": str(cache)}
    return DownloadWorker(config, ClaimXApi.from_env(environ), Downloads.from_env(environ))


@pytest.fixture
async def running(pipeline, world, tmp_path):
    worker = made(pipeline.config, world, tmp_path)
    await worker.start()
    yield worker
    await worker.stop()


@pytest.fixture
def task(world):
    """A task for a file of the local host."""

    def task(path: str = "", **about) -> dict:
        url = world.file_host_url + (path or link(PHOTO))
        return DOWNLOAD | {"download_url": url, "media_id": "m-4711-1"} | about

    return task


async def test_a_file_comes_to_the_cache_and_is_told_of(running, pipeline, task, tmp_path):
    await pipeline.send(PENDING, task())
    (message,) = await pipeline.first(CACHED)
    cached = json.loads(message.value)
    file = tmp_path / cached["blob_path"]
    assert (message.key, cached["local_cache_path"]) == (b"m-4711-1", str(file))
    assert file.stat().st_size == cached["bytes_downloaded"] == 48 * 1024
    await pipeline.all_committed(PENDING, GROUP)


async def test_an_expired_link_is_renewed(running, pipeline, task):
    await pipeline.send(PENDING, task(link(PHOTO, expires=1)))
    (message,) = await pipeline.first(CACHED)
    assert json.loads(message.value)["refresh_count"] == 1


async def test_a_host_that_breaks_off_is_asked_again(running, pipeline, task, world):
    await ask_for_a_fault(world.file_host_url, path="/files/*", fault="truncated")
    await pipeline.send(PENDING, task())
    await pipeline.first(CACHED)
    await pipeline.all_committed(PENDING, GROUP)


async def test_what_can_never_be_fetched_becomes_a_dead_letter_and_the_next_goes_on(running, pipeline, task):
    elsewhere = task() | {"download_url": "https://10.0.0.1/secret.jpg?signature=x"}
    unknown = task(link(PHOTO, expires=1), media_id="m-4711-9")
    await pipeline.send(PENDING, b"{", task(blob_path="../x"), elsewhere, unknown, task())
    await pipeline.first(CACHED)
    dead = [dict(message.headers)["x-reason"].decode() for message in await pipeline.first(DEAD, 4)]
    for said, why in zip(
        dead,
        ("not a download task", "blob_path", "not an allowed host", "has no media m-4711-9"),
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
