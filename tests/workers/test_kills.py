"""What a worker has in hand when it is killed is committed by nobody, and so it comes again.

Each lost it before its migration: see docs/before-the-migration.md.
"""

import signal

import pytest

import transport.local
from tests.workers.fleet import ask_for_a_fault, faults_are_all_shown
from transport import lag
from workers.claimx.descriptions import DOWNLOAD
from workers.local.links import link

pytestmark = pytest.mark.broker


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


async def test_all_ten_downloads_in_hand_of_claimx_come_again(start, kafka, world, on_kafka, tmp_path):
    await ask_for_a_fault(world.file_host_url, path="/files/*", fault="slow", times=10, seconds=60)
    environment = {**kafka.environment, **world.environment, "CACHE_DIR": str(tmp_path)}
    worker = start("workers", "claimx/download_worker", **environment)
    for number in range(10):
        url = world.file_host_url + link(f"/files/4711/{number}.jpg")
        task = {"media_id": f"m-{number}", "download_url": url, "blob_path": f"claimx/{number}.jpg"}
        await on_kafka.send("claimx.downloads.pending", DOWNLOAD | task, key=f"m-{number}".encode())
    await faults_are_all_shown(world.file_host_url)
    kill(worker)
    assert await comes_again(on_kafka, "claimx.downloads.pending", "claimx-download-worker") == 10
