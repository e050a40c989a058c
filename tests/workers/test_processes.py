"""Each worker as a process of its own, on both transports."""

import asyncio
import json
import shutil
from pathlib import Path

import pytest

import transport.local
from tests.workers.conftest import Process
from tests.workers.fleet import filled, has_come, nothing_is_behind, send
from transport import TransportConfig
from transport.settings.file import read, routes
from workers import registry
from workers.settings import CONFIGURATION, with_configuration

pytestmark = pytest.mark.broker


@pytest.fixture(scope="module", params=["kafka", "eventhub"])
def broker(request):
    if reason := transport.local.missing(request.param):
        pytest.skip(reason)
    with getattr(transport.local, request.param)() as broker:
        yield broker


@pytest.fixture(scope="module")
def kafka():
    with transport.local.kafka() as broker:
        yield broker


@pytest.fixture(scope="module")
def outside(tmp_path_factory):
    """The environment that leads to the world outside, a process too."""
    world = Process(["workers.local", "--json"], {}, tmp_path_factory.mktemp("world") / "log")
    yield json.loads(world.until_it_says("{"))
    world.close()


@pytest.fixture
def described(outside):
    """What a worker says about itself, and the environment of a run of it."""

    def describe(name: str, broker, folder: Path) -> tuple[dict, dict[str, str]]:
        told = registry.describe(name).as_json(name, routes(read(CONFIGURATION), CONFIGURATION))
        cached = shutil.copytree(outside["CACHED_FILES"], folder / "cached")  # what is uploaded is removed
        known = {**broker.environment, **outside, "CACHED_FILES": str(cached)}
        told = json.loads(filled(json.dumps(told), {**known, "SCRATCH": str(folder)}))
        return told, {**known, **told["env"]}

    return describe


def tables(folder: str) -> list[Path]:
    """The folders of a worker's Delta tables; it must have made some."""
    found = list(Path(folder).iterdir())
    assert found
    return found


@pytest.mark.parametrize("name", registry.names())
async def test_a_worker_does_its_work_and_stops(name, broker, described, start, rows, tmp_path):
    told, environment = described(name, broker, tmp_path)
    worker = start("workers", name, **environment)
    worker.until_it_says(told["ready"]["log"])
    config = TransportConfig.from_env(with_configuration(broker.environment))
    await send(config, told["samples"])
    expected = [one for one in told["expect"] if "topic" in one]
    come = await asyncio.gather(*(has_come(config, one["topic"], one["contains"]) for one in expected))
    assert all(come), (dict(zip(map(str, expected), come, strict=True)), worker.log)
    assert await nothing_is_behind(config, told), worker.log
    if folder := environment.get("TABLES_URL"):
        assert all(map(rows, tables(folder))), worker.log
    assert worker.terminate() == 0, worker.log
    assert worker.lines[-1]["event"] == "worker stopped"


async def test_a_download_whose_link_expired_is_fetched_with_a_fresh_one(kafka, described, start, tmp_path):
    told, environment = described("claimx/download_worker", kafka, tmp_path)
    (sample, *_) = told["samples"]
    sample["value"]["download_url"] = sample["value"]["download_url"].replace(
        "expires=4102444800", "expires=1"
    )
    worker = start("workers", "claimx/download_worker", **environment)
    worker.until_it_says("worker is ready")
    config = TransportConfig.from_env(kafka.environment)
    await send(config, [sample])
    assert await has_come(config, "claimx.downloads.cached", {"refresh_count": 1}), worker.log
    assert (tmp_path / "cache" / sample["value"]["blob_path"]).stat().st_size == 48 * 1024
    assert worker.terminate() == 0


async def test_log_lines_name_the_worker_the_key_and_the_trace(kafka, described, start, tmp_path):
    told, environment = described("claimx/enrichment_worker", kafka, tmp_path)
    worker = start("workers", "claimx/enrichment_worker", **environment)
    worker.until_it_says("worker is ready")
    await send(TransportConfig.from_env(kafka.environment), told["samples"][:1])
    line = json.loads(worker.until_it_says("event enriched"))
    assert (line["worker"], line["key"], line["trace_id"]) == ("claimx/enrichment_worker", "e-1", "e-1")
    assert worker.terminate() == 0
    assert environment["CLAIMX_API_TOKEN"] not in worker.log
    assert "signature=" not in worker.log
