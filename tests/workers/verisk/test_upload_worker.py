"""The Verisk upload worker before its migration, on Kafka: what it does, and what it loses."""

import asyncio
import json
import os
import signal

import pytest

from transport import lag
from workers.local.file_host import content
from workers.verisk.descriptions import IN_CACHE
from workers.verisk.upload_worker import UploadWorker

pytestmark = pytest.mark.broker

CACHED = "verisk.downloads.cached"
RESULTS = "verisk.downloads.results"
GROUP = "verisk-upload-worker"


@pytest.fixture
def store(tmp_path):
    return tmp_path / "store"


@pytest.fixture
async def running(kafka, world, store):
    """The worker in its loop."""
    environ = {**kafka.environment, "CACHE_DIR": str(world.cached_files), "STORAGE_URL": str(store)}
    worker = UploadWorker.from_env(environ)
    await worker.start()
    loop = asyncio.create_task(worker.run())
    yield worker
    await worker.stop()
    await loop


@pytest.fixture
def cached(world):
    """The message for a cached file."""

    def cached(name: str = "estimate.pdf", **about) -> dict:
        there = {"local_cache_path": str(world.cached_files / "verisk" / name), "media_id": f"m-{name}"}
        return IN_CACHE | there | {"destination_path": f"verisk/{name}"} | about

    return cached


async def results(on_kafka, count: int) -> list[dict]:
    return [json.loads(message.value) for message in await on_kafka.first(RESULTS, count)]


async def test_cached_files_come_to_the_store_and_leave_the_cache(running, cached, world, on_kafka, store):
    await on_kafka.send(CACHED, cached("estimate.pdf"), cached("roof.jpg"))
    told = await results(on_kafka, 2)
    assert {one["media_id"]: (one["status"], one["bytes_uploaded"]) for one in told} == {
        "m-estimate.pdf": ("completed", 48 * 1024),
        "m-roof.jpg": ("completed", 48 * 1024),
    }
    assert (store / "verisk" / "roof.jpg").read_bytes() == content("/files/verisk/roof.jpg")
    assert not (world.cached_files / "verisk" / "roof.jpg").exists()
    await on_kafka.all_committed(CACHED, GROUP)


async def test_a_repeated_message_finds_the_file_in_the_store(running, cached, on_kafka, store):
    await on_kafka.send(CACHED, cached())
    await results(on_kafka, 1)
    await on_kafka.send(CACHED, cached())
    one, two = await results(on_kafka, 2)
    assert (one["status"], one["bytes_uploaded"]) == (two["status"], two["bytes_uploaded"])
    assert (store / "verisk" / "estimate.pdf").read_bytes() == content("/files/verisk/estimate.pdf")


@pytest.mark.parametrize(
    "about",
    [
        {"local_cache_path": "/etc/hostname"},
        {"local_cache_path": "verisk/../../etc/hostname"},
        {"local_cache_path": ""},
    ],
)
async def test_a_file_outside_the_cache_is_not_uploaded(about, running, cached, on_kafka, store):
    await on_kafka.send(CACHED, cached(**about))
    (told,) = await results(on_kafka, 1)
    assert told["status"] == "failed_permanent"
    assert told["error_message"] == "m-estimate.pdf: its file does not lie in the cache"
    assert not store.exists()


async def test_a_file_that_is_gone_is_a_permanent_failure(running, cached, on_kafka):
    await on_kafka.send(CACHED, cached("gone.pdf"))
    (told,) = await results(on_kafka, 1)
    assert (told["status"], told["bytes_uploaded"]) == ("failed_permanent", 0)


async def test_a_store_that_does_not_take_it_is_a_failure_that_leaves_the_file_in_the_cache(
    running, cached, world, on_kafka, store
):
    store.write_text("a file where the folder should be")
    await on_kafka.send(CACHED, cached())
    (told,) = await results(on_kafka, 1)
    assert told["status"] == "failed"
    assert (world.cached_files / "verisk" / "estimate.pdf").exists()


async def test_a_message_it_cannot_read_is_gone(running, cached, on_kafka):
    await on_kafka.send(CACHED, b"{", cached(blob_path="../x"), cached(destination_path="/etc/x"), cached())
    (told,) = await results(on_kafka, 1)
    assert told["status"] == "completed"
    await on_kafka.all_committed(CACHED, GROUP)


async def test_what_is_under_way_when_it_is_killed_is_committed_and_lost(
    start, kafka, cached, world, on_kafka, store
):
    """The measure of the loss: of 30 messages read, all 30 are gone, the ten begun and the twenty waiting."""
    names = [f"slow-{number}.pdf" for number in range(30)]
    for name in names:
        os.mkfifo(world.cached_files / "verisk" / name)  # a disk that does not answer
    environ = {**kafka.environment, "CACHE_DIR": str(world.cached_files), "STORAGE_URL": str(store)}
    worker = start("workers", "verisk/upload_worker", **environ)
    worker.until_it_says("worker is ready")
    await on_kafka.send(CACHED, *map(cached, names))
    await on_kafka.all_committed(CACHED, GROUP)
    worker.signal(signal.SIGKILL)
    assert worker.exit_code() == -signal.SIGKILL
    await on_kafka.all_committed(CACHED, GROUP)
    assert not any(file.suffix == ".pdf" for file in store.rglob("*"))
    assert await lag(config=on_kafka.config, topic=RESULTS, group="anyone") == ()
