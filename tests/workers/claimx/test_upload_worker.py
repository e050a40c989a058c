"""The ClaimX upload worker on Kafka: what it does, and what it loses, before its migration."""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import time

import pytest

import transport.local
from transport import browse, lag
from workers.claimx.descriptions import CACHED
from workers.claimx.upload_worker import UploadWorker

pytestmark = pytest.mark.broker

TOPIC = "claimx.downloads.cached"
RESULTS = "claimx.downloads.results"
GROUP = "claimx-upload-worker"
PHOTO = "claimx/4711/m-4711-1/front.jpg"


@pytest.fixture
def kafka():
    with transport.local.kafka(topics={TOPIC: 1}) as broker:
        yield broker


@pytest.fixture
async def on_kafka(kafka, pipeline_on):
    return await pipeline_on(kafka)


@pytest.fixture
def environment(kafka, world, tmp_path):
    folders = {"CACHE_DIR": str(tmp_path / "cache"), "STORAGE_URL": str(tmp_path / "store")}
    shutil.copytree(world.cached_files, tmp_path / "cache")
    return {**kafka.environment, **folders}


@pytest.fixture
def cached(tmp_path):
    return CACHED | {"local_cache_path": str(tmp_path / "cache" / PHOTO)}


@contextlib.asynccontextmanager
async def running(environment):
    worker = UploadWorker.from_env(environment)
    await worker.start()
    loop = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        await worker.stop()
        await loop


async def results(on_kafka, count=1):
    return [json.loads(message.value) for message in await on_kafka.first(RESULTS, count)]


async def test_a_file_is_put_into_the_store_and_leaves_the_cache(environment, on_kafka, cached, tmp_path):
    content = (tmp_path / "cache" / PHOTO).read_bytes()
    async with running(environment):
        await on_kafka.send(TOPIC, cached)
        (result,) = await results(on_kafka)
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
    environment, on_kafka, cached, tmp_path
):
    async with running(environment):
        for count in (1, 2):
            await on_kafka.send(TOPIC, cached)
            outcomes = await results(on_kafka, count)
    assert [(one["status"], one["bytes_uploaded"]) for one in outcomes] == [("completed", 49152)] * 2
    assert (tmp_path / "store" / PHOTO).stat().st_size == 49152


async def test_what_cannot_be_uploaded_is_reported(environment, on_kafka, cached, tmp_path):
    (tmp_path / "secret").write_text("not for the store")
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "blocked").write_text("in the way")
    outside = ("permanent", "its file does not lie in the cache")
    bad = {
        "m-1": ({"local_cache_path": str(tmp_path / "secret")}, *outside),
        "m-2": ({"local_cache_path": str(tmp_path / "cache/../secret")}, *outside),
        "m-3": ({"local_cache_path": "/etc/passwd"}, *outside),
        "m-4": ({"local_cache_path": str(tmp_path / "cache/gone.jpg")}, "permanent", "is not at"),
        "m-5": ({"destination_path": "blocked/front.jpg"}, "failed", "blocked"),
    }
    async with running(environment):
        for media_id, (change, _, _) in bad.items():
            await on_kafka.send(TOPIC, cached | {"media_id": media_id} | change)
        told = {one["media_id"]: one for one in await results(on_kafka, len(bad))}
    for media_id, (_, status, why) in bad.items():
        assert told[media_id]["status"].endswith(status)
        assert why in told[media_id]["error_message"]
    assert (tmp_path / "cache" / PHOTO).exists()
    assert (tmp_path / "secret").exists()


async def test_a_message_it_cannot_read_is_gone_and_the_next_goes_on(environment, on_kafka, cached):
    async with running(environment):
        await on_kafka.send(TOPIC, b"{", cached | {"destination_path": "../out"}, cached)
        (result,) = await results(on_kafka)
        await on_kafka.all_committed(TOPIC, GROUP)
    assert result["media_id"] == "m-4711-1"
    assert len(await results(on_kafka)) == 1


async def test_what_it_has_read_is_finished_before_it_stops(environment, on_kafka, cached, tmp_path):
    tasks = [cached | {"media_id": f"m-{n}", "destination_path": f"store/{n}.jpg"} for n in range(60)]
    for number, task in enumerate(tasks):
        copy = tmp_path / "cache" / f"{number}.jpg"
        copy.write_bytes(b"x")
        task["local_cache_path"] = str(copy)
    await on_kafka.send(TOPIC, *tasks)
    async with running(environment):
        await on_kafka.first(RESULTS)
    (part,) = await lag(config=on_kafka.config, topic=TOPIC, group=GROUP)
    done = [json.loads(message.value) for message in await on_kafka.first(RESULTS, part.committed)]
    assert {one["media_id"] for one in done} == {f"m-{n}" for n in range(part.committed)}
    assert {one["status"] for one in done} == {"completed"}


async def test_what_it_has_read_and_not_uploaded_is_lost_when_it_dies(
    environment, on_kafka, cached, start, tmp_path
):
    """Why it is to be migrated: a timer commits what was read, and nobody remembers it."""
    stuck = tmp_path / "cache" / "stuck.jpg"
    os.mkfifo(stuck)  # whoever opens it waits, as for a store that does not answer
    worker = start("workers", "claimx/upload_worker", **environment)
    worker.until_it_says("worker is ready")
    await on_kafka.send(TOPIC, cached | {"media_id": "m-lost", "local_cache_path": str(stuck)})
    await on_kafka.all_committed(TOPIC, GROUP)
    worker.signal(signal.SIGKILL)
    assert worker.exit_code() == -signal.SIGKILL
    until = time.monotonic() + 0.5
    assert [one async for one in browse(config=on_kafka.config, topic=RESULTS, until=until)] == []
    assert list(tmp_path.glob("store/**/*.jpg")) == []
