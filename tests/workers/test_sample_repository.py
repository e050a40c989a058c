"""The sample repository's workers, as processes of their own: they need nothing of ours."""

import asyncio
import contextlib
import json
import shutil
import time
from pathlib import Path

import pytest

import transport.local
from transport import TransportConfig, browse, create_producer, lag

pytestmark = pytest.mark.broker

SAMPLE = Path(__file__).resolve().parents[1] / "sample_repository"
PENDING = "claimx.downloads.pending"
RESULTS = "claimx.downloads.results"


@pytest.fixture(params=["kafka", "eventhub"])
def broker(request):
    if reason := transport.local.missing(request.param):
        pytest.skip(reason)
    with getattr(transport.local, request.param)() as broker:
        yield broker


@pytest.fixture
def run(start, tmp_path):
    """Runs a worker from a copy of the sample, away from our own code."""
    copy = shutil.copytree(SAMPLE, tmp_path / "sample", ignore=shutil.ignore_patterns("__pycache__"))

    def begin(name: str, broker):
        return start(
            f"pipeline.runners.{name}", cwd=copy, PYTHONPATH="src", PYTHONSAFEPATH="1", **broker.environment
        )

    return begin


async def send(broker, topic: str, *values) -> None:
    producer = create_producer(
        config=TransportConfig.from_env(broker.environment), domain="test", worker_name="sender"
    )
    await producer.start()
    for value in values:
        await producer.send(topic, json.dumps(value).encode(), key=b"k")
    await producer.stop()


async def come(broker, topic: str, count: int) -> list[dict]:
    """The first `count` messages of a topic."""
    config = TransportConfig.from_env(broker.environment)
    found: list[dict] = []
    until = time.monotonic() + 30
    async with contextlib.aclosing(browse(config=config, topic=topic, until=until)) as messages:
        async for message in messages:
            found.append(json.loads(message.value or b"null"))
            if len(found) == count:
                return found
    raise AssertionError(f"{len(found)} of {count} came to {topic}")


async def behind(broker, topic: str, group: str) -> int:
    config = TransportConfig.from_env(broker.environment)
    return sum(one.behind for one in await lag(config=config, topic=topic, group=group))


async def is_committed(broker, topic: str, group: str) -> bool:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if await behind(broker, topic, group) == 0:
            return True
        await asyncio.sleep(0.1)
    return False


def task(number: int) -> dict:
    return {"media_id": f"m-{number}", "project_id": "4711", "file_name": f"../{number}.jpg"}


async def test_the_migrated_worker_works_on_both_and_goes_on_where_it_stopped(broker, run):
    worker = run("claimx_download_worker", broker)
    worker.until_it_says("ready to process messages")
    await send(broker, PENDING, task(1), {"media_id": "m-2"}, "no task")
    results = await come(broker, RESULTS, 3)
    assert results[0] == {"media_id": "m-1", "status": "accepted", "blob_path": "claimx/4711/m-1/1.jpg"}
    assert [result["status"] for result in results[1:]] == ["failed_permanent"] * 2
    assert await is_committed(broker, PENDING, "claimx-download-worker"), worker.log
    assert worker.terminate() == 0, worker.log

    await send(broker, PENDING, task(3))
    again = run("claimx_download_worker", broker)
    results = await come(broker, RESULTS, 4)
    assert results[3]["media_id"] == "m-3", "what was processed before must not be processed again"
    assert again.terminate() == 0, again.log


async def test_the_direct_worker_works_on_kafka_and_dies_on_event_hubs(broker, run):
    worker = run("verisk_enrichment_worker", broker)
    if broker.kind == "eventhub":
        assert worker.exit_code() == 1
        last = worker.log.strip().splitlines()[-1]
        assert last.startswith("aiokafka.errors.KafkaConnectionError: ")
        assert "Unable to bootstrap from [('localhost', 9092" in last
        return
    worker.until_it_says("Consumer started")
    event = {"traceId": "t-1", "assignmentId": "a-1", "attachments": ["https://files.example.com/a.pdf"]}
    await send(broker, "verisk.enrichment.pending", event)
    (produced,) = await come(broker, "verisk.downloads.pending", 1)
    assert produced["trace_id"] == "t-1"
    assert await is_committed(broker, "verisk.enrichment.pending", "verisk-enrichment")
    assert worker.terminate() == 0, worker.log


async def test_a_message_whose_result_cannot_be_written_comes_again(broker, run, tmp_path):
    """The sample's transport keeps its contract: a handler that raises gets its message again, in order."""
    flaky = tmp_path / "sample" / "src" / "pipeline" / "runners" / "flaky.py"
    flaky.write_text(
        """
from pipeline.claimx.workers.download_worker import ClaimXDownloadWorker
from pipeline.common.transport import TransportConfig
from pipeline.runners import run

class Flaky(ClaimXDownloadWorker):
    failed = False

    async def handle(self, message):
        if not Flaky.failed:
            Flaky.failed = True
            raise RuntimeError("not yet")
        await super().handle(message)

run(Flaky(TransportConfig.from_env()))
"""
    )
    worker = run("flaky", broker)
    worker.until_it_says("ready to process messages")
    await send(broker, PENDING, task(1), task(2))
    results = await come(broker, RESULTS, 2)
    assert [result["media_id"] for result in results] == ["m-1", "m-2"]
    assert "not yet" in worker.log
    assert await is_committed(broker, PENDING, "claimx-download-worker")
    assert worker.terminate() == 0, worker.log


def test_a_wrong_environment_is_told(run, start, tmp_path):
    class Nowhere:
        environment = {"PIPELINE_TRANSPORT": "carrier pigeon"}

    worker = run("claimx_download_worker", Nowhere)
    assert worker.exit_code() == 1
    assert "PIPELINE_TRANSPORT must be one of kafka, eventhub" in worker.log
