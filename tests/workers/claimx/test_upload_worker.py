"""The ClaimX upload worker on the in-memory transport."""

import json
import shutil

import pytest

from transport import PipelineMessage
from transport.memory import MemoryBroker
from workers.claimx.descriptions import CACHED
from workers.claimx.upload_worker import UploadWorker
from workers.errors import StorageError
from workers.storage import Storage
from workers.uploads import Uploads

TOPIC = "claimx.downloads.cached"
RESULTS = "claimx.downloads.results"
DEAD = "claimx.downloads.dead"
GROUP = "claimx-upload-worker"
PHOTO = "claimx/4711/m-4711-1/front.jpg"


def made(config, folder) -> UploadWorker:
    return UploadWorker(config, Uploads(folder / "cache", Storage(str(folder / "store"))))


@pytest.fixture
async def running(pipeline, world, tmp_path):
    """The worker, started; its cache holds the files that the world outside has in its own."""
    shutil.copytree(world.cached_files, tmp_path / "cache")
    worker = made(pipeline.config, tmp_path)
    await worker.start()
    yield worker
    await worker.stop()


@pytest.fixture
def cached(tmp_path):
    return CACHED | {"local_cache_path": str(tmp_path / "cache" / PHOTO)}


def message(value: dict) -> PipelineMessage:
    return PipelineMessage(TOPIC, 0, 0, 0, b"k", json.dumps(value).encode(), ())


async def results(pipeline, count=1):
    return [json.loads(message.value) for message in await pipeline.first(RESULTS, count)]


async def test_a_file_is_put_into_the_store_and_leaves_the_cache(running, pipeline, cached, tmp_path):
    content = (tmp_path / "cache" / PHOTO).read_bytes()
    await pipeline.send(TOPIC, cached)
    (result,) = await results(pipeline)
    await pipeline.all_committed(TOPIC, GROUP)
    assert result.pop("created_at")
    assert result == {
        "media_id": "m-4711-1",
        "project_id": "4711",
        "source_event_id": "e-1",
        "blob_path": PHOTO,
        "status": "completed",
        "bytes_uploaded": 49152,
        "error_message": None,
    }
    assert (tmp_path / "store" / PHOTO).read_bytes() == content
    assert not (tmp_path / "cache" / PHOTO).exists()


async def test_a_repeated_message_gives_the_same_outcome_though_its_file_left_the_cache(
    running, pipeline, cached, tmp_path
):
    await pipeline.send(TOPIC, cached, cached)
    outcomes = await results(pipeline, 2)
    assert [(one["status"], one["bytes_uploaded"]) for one in outcomes] == [("completed", 49152)] * 2
    assert (tmp_path / "store" / PHOTO).stat().st_size == 49152


async def test_what_can_never_be_uploaded_is_reported(running, pipeline, cached, tmp_path):
    (tmp_path / "secret").write_text("not for the store")
    outside = "its file does not lie in the cache"
    bad = {
        "m-1": ({"local_cache_path": str(tmp_path / "secret")}, outside),
        "m-2": ({"local_cache_path": str(tmp_path / "cache/../secret")}, outside),
        "m-3": ({"local_cache_path": "/etc/passwd"}, outside),
        "m-4": ({"local_cache_path": str(tmp_path / "cache/gone.jpg")}, "is not at"),
    }
    for media_id, (change, _) in bad.items():
        await pipeline.send(TOPIC, cached | {"media_id": media_id} | change)
    told = {one["media_id"]: one for one in await results(pipeline, len(bad))}
    for media_id, (_, why) in bad.items():
        assert told[media_id]["status"] == "failed_permanent"
        assert why in told[media_id]["error_message"]
    assert (tmp_path / "cache" / PHOTO).exists()
    assert (tmp_path / "secret").exists()


async def test_a_store_that_does_not_take_a_file_is_tried_again(running, pipeline, cached, tmp_path):
    (tmp_path / "store").write_text("a file where the folder should be")
    await pipeline.send(TOPIC, cached)
    with pytest.raises(StorageError):
        await running.handle(message(cached))
    (tmp_path / "store").unlink()
    (result,) = await results(pipeline)
    assert result["status"] == "completed"
    await pipeline.all_committed(TOPIC, GROUP)


async def test_a_message_it_cannot_read_becomes_a_dead_letter_and_the_next_goes_on(running, pipeline, cached):
    await pipeline.send(TOPIC, b"{", cached | {"destination_path": "../out"}, cached)
    dead = [dict(one.headers)["x-reason"] for one in await pipeline.first(DEAD, 2)]
    assert all(why.startswith(b"PermanentError: not a cached download: ") for why in dead)
    (result,) = await results(pipeline)
    assert result["media_id"] == "m-4711-1"


async def test_a_start_that_fails_can_be_stopped(tmp_path):
    broker = MemoryBroker()
    broker.down = True
    worker = made(broker.config(), tmp_path)
    with pytest.raises(Exception, match="down"):
        await worker.start()
    await worker.stop()
