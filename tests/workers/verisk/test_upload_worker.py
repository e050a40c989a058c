"""The Verisk upload worker on the in-memory transport."""

import json

import pytest

from transport import PipelineMessage
from transport.memory import MemoryBroker
from workers.errors import StorageError
from workers.local.file_host import content
from workers.storage import Storage
from workers.uploads import Uploads
from workers.verisk.descriptions import IN_CACHE
from workers.verisk.upload_worker import UploadWorker

CACHED = "verisk.downloads.cached"
RESULTS = "verisk.downloads.results"
DEAD = "verisk.downloads.dead"
GROUP = "verisk-upload-worker"


def made(config, cache, store) -> UploadWorker:
    return UploadWorker(config, Uploads(cache, Storage(str(store))))


@pytest.fixture
def store(tmp_path):
    return tmp_path / "store"


@pytest.fixture
async def running(pipeline, world, store):
    worker = made(pipeline.config, world.cached_files, store)
    await worker.start()
    yield worker
    await worker.stop()


@pytest.fixture
def cached(world):
    """The message for a cached file."""

    def cached(name: str = "estimate.pdf", **about) -> dict:
        there = {"local_cache_path": str(world.cached_files / "verisk" / name), "media_id": f"m-{name}"}
        return IN_CACHE | there | {"destination_path": f"verisk/{name}"} | about

    return cached


async def results(pipeline, count: int) -> list[dict]:
    return [json.loads(message.value) for message in await pipeline.first(RESULTS, count)]


async def test_cached_files_come_to_the_store_and_leave_the_cache(running, cached, world, pipeline, store):
    await pipeline.send(CACHED, cached("estimate.pdf"), cached("roof.jpg"))
    told = await results(pipeline, 2)
    assert {one["media_id"]: (one["status"], one["bytes_uploaded"]) for one in told} == {
        "m-estimate.pdf": ("completed", 48 * 1024),
        "m-roof.jpg": ("completed", 48 * 1024),
    }
    await pipeline.all_committed(CACHED, GROUP)
    assert (store / "verisk" / "roof.jpg").read_bytes() == content("/files/verisk/roof.jpg")
    assert not (world.cached_files / "verisk" / "roof.jpg").exists()


async def test_a_repeated_message_finds_the_file_in_the_store(running, cached, pipeline, store):
    await pipeline.send(CACHED, cached(), cached())
    one, two = await results(pipeline, 2)
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
async def test_a_file_outside_the_cache_is_not_uploaded(about, running, cached, pipeline, store):
    await pipeline.send(CACHED, cached(**about))
    (told,) = await results(pipeline, 1)
    assert told["status"] == "failed_permanent"
    assert told["error_message"].endswith(": its file does not lie in the cache")
    assert not store.exists()


async def test_a_file_that_is_gone_is_a_permanent_failure(running, cached, pipeline):
    await pipeline.send(CACHED, cached("gone.pdf"))
    (told,) = await results(pipeline, 1)
    assert (told["status"], told["bytes_uploaded"]) == ("failed_permanent", 0)


async def test_a_store_that_does_not_take_it_is_tried_again(running, cached, pipeline, world, store):
    store.write_text("a file where the folder should be")
    with pytest.raises(StorageError):
        await running.handle(PipelineMessage(CACHED, 0, 0, 0, b"k", json.dumps(cached()).encode(), ()))
    assert (world.cached_files / "verisk" / "estimate.pdf").exists()
    await pipeline.send(CACHED, cached())
    store.unlink()
    (told,) = await results(pipeline, 1)
    assert told["status"] == "completed"


async def test_a_message_it_cannot_read_becomes_a_dead_letter_and_the_next_goes_on(running, cached, pipeline):
    await pipeline.send(CACHED, b"{", cached(blob_path="../x"), cached(destination_path="/etc/x"), cached())
    dead = [dict(one.headers)["x-reason"] for one in await pipeline.first(DEAD, 3)]
    assert all(why.startswith(b"PermanentError: not a cached download: ") for why in dead)
    (told,) = await results(pipeline, 1)
    assert told["status"] == "completed"


async def test_a_start_that_fails_can_be_stopped(world, store):
    broker = MemoryBroker()
    broker.down = True
    worker = made(broker.config(), world.cached_files, store)
    with pytest.raises(Exception, match="down"):
        await worker.start()
    await worker.stop()
