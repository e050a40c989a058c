"""Errors are sorted: what can never be done goes to the dead letters, what may pass is tried again in place.

Of every worker, each a process of its own.
"""

import asyncio
import json
from dataclasses import dataclass

import pytest

import transport.local
from tests.workers.fleet import ask_for_a_fault, eventually
from transport.settings.file import read, routes
from workers.registry import describe, names
from workers.settings import CONFIGURATION

pytestmark = pytest.mark.broker

ROUTES = routes(read(CONFIGURATION), CONFIGURATION)
UNKNOWN_PROJECT = {
    "event_id": "e-404",
    "event_type": "PROJECT_CREATED",
    "project_id": "9999",
    "ingested_at": "2025-03-04T05:06:07Z",
}
# An action has an errors topic of its own, by configuration, for what cannot be read too.
SORTING = tuple(name for name in names() if name != "plugins/shared/workers/plugin_action_worker")
TABLES = {  # of each worker that writes tables, one that its first good sample leads to
    "claimx/delta_events_worker": "claimx_events",
    "claimx/entity_delta_worker": "claimx_tasks",
    "claimx/result_processor": "claimx_download_results",
    "verisk/delta_events_worker": "xact_events",
    "verisk/result_processor": "xact_attachments",
}


@dataclass(frozen=True)
class Reader:
    """A worker's own topic, its dead letters, and the samples it describes."""

    topic: str
    dead: str
    good: dict
    malformed: dict

    @classmethod
    def of(cls, name: str) -> "Reader":
        told, domain = describe(name), name.partition("/")[0]
        (entry,) = (one for one in ROUTES.entries if (one.domain, one.topic_key) == (domain, told.reads[0]))
        by_kind = {sample.kind: sample.value for sample in reversed(told.samples)}
        return cls(entry.topic, entry.dead_letter, by_kind["good"], by_kind["malformed"])


@pytest.fixture
def short_waits(tmp_path) -> dict[str, str]:
    """Retry topics as configured, with waits that a test can bear."""
    text = CONFIGURATION.read_text("utf-8")
    plan = '["5m", "10m", "20m", "40m"]'
    assert plan in text
    file = tmp_path / "pipeline.toml"
    file.write_text(text.replace(plan, '["1s", "2s", "4s", "8s"]'), "utf-8")
    return {"PIPELINE_CONFIG": str(file)}


@pytest.fixture
def kafka():
    with transport.local.kafka() as broker:
        yield broker


def headers(message) -> dict[str, str]:
    return {name: value.decode() for name, value in message.headers}


async def test_what_can_never_be_done_goes_to_the_dead_letters_with_reason_and_origin(
    kafka, world, start, pipeline_on, tmp_path
):
    folders = {name: str(tmp_path / name.lower()) for name in ("TABLES_URL", "CACHE_DIR", "STORAGE_URL")}
    workers = {
        name: start("workers", name, **kafka.environment, **world.environment, **folders) for name in SORTING
    }
    readers = {name: Reader.of(name) for name in SORTING}
    for worker in workers.values():
        worker.until_it_says("worker is ready")
    pipeline = await pipeline_on(kafka)
    due: dict[str, list[tuple[str, bytes]]] = {}
    for topic in {reader.topic for reader in readers.values()}:
        here = [reader for reader in readers.values() if reader.topic == topic]
        bad = [b"", b"{", b"[]", b"\xff", json.dumps(here[0].malformed).encode()]
        if topic == "claimx.enrichment.pending":
            bad.append(json.dumps(UNKNOWN_PROJECT).encode())  # the API's answer is final
        await pipeline.send(topic, *bad, key=topic.encode())
        due.setdefault(here[0].dead, []).extend((topic, value) for value in bad for _ in here)
    for dead, expected in due.items():
        letters = await pipeline.first(dead, len(expected))
        assert sorted((letter.key.decode(), letter.value) for letter in letters) == sorted(expected)
        for letter in letters:
            told = headers(letter)
            assert told["x-origin-topic"] == letter.key.decode()
            assert told["x-origin-partition"].isdigit()
            assert told["x-origin-offset"].isdigit()
            assert told["x-attempts"] == "1", "it is not tried again"
            assert told["x-reason"].startswith("PermanentError: ")
    for worker in workers.values():
        assert worker.terminate() == 0, worker.log


async def test_what_may_pass_is_tried_again(kafka, world, start, pipeline_on, rows, short_waits, tmp_path):
    workers = {}
    for name in (*TABLES, "claimx/enrichment_worker"):
        blocked = tmp_path / name.replace("/", "-")
        blocked.write_text("a file where the folder of the tables should be")
        environment = {**kafka.environment, **world.environment, **short_waits, "TABLES_URL": str(blocked)}
        workers[name] = start("workers", name, **environment)
    for worker in workers.values():
        worker.until_it_says("worker is ready")
    broken = {"path": "/export/*", "fault": "broken", "times": 5}  # of which four are sat out in one attempt
    await ask_for_a_fault(world.claimx_api_url, **broken)
    pipeline = await pipeline_on(kafka)
    for topic, good in {reader.topic: reader.good for reader in map(Reader.of, workers)}.items():
        await pipeline.send(topic, good)

    async def comes_right(name: str) -> None:
        log = workers[name]
        await eventually(lambda: "(attempt 1)" in log.log, lambda: log.log)
        folder = tmp_path / name.replace("/", "-")
        folder.unlink()
        if name in TABLES:
            await eventually(lambda: rows(folder / TABLES[name]), lambda: log.log)

    await asyncio.gather(*map(comes_right, workers))
    await pipeline.first("claimx.downloads.pending")
    for worker in workers.values():
        assert worker.terminate() == 0, worker.log
        assert ".dead" not in worker.log


@pytest.mark.parametrize("domain", ["claimx", "verisk", "plugins"])
def test_every_domain_waits_as_the_plan_says(domain):
    assert [wait / 60 for wait in ROUTES.domain(domain).retry_after] == [5, 10, 20, 40]
    readers = [one for one in ROUTES.entries if one.domain == domain and one.consumer_group]
    assert readers
    assert all(one.topic and one.event_hub and one.dead_letter for one in readers)


async def test_what_lasts_goes_to_the_retry_topics_and_comes_again(
    kafka, start, pipeline_on, rows, short_waits, tmp_path
):
    tables = tmp_path / "tables"
    tables.write_text("a file where the folder of the tables should be")
    environment = {**kafka.environment, **short_waits, "TABLES_URL": str(tables)}
    worker = start("workers", "verisk/delta_events_worker", **environment)
    worker.until_it_says("worker is ready")
    reader = Reader.of("verisk/delta_events_worker")
    pipeline = await pipeline_on(kafka)
    await pipeline.send(reader.topic, reader.good)
    (waiting,) = await pipeline.first("verisk.retry.1s")
    told = headers(waiting)
    assert told["x-origin-topic"] == reader.topic
    assert told["x-reason"].startswith("TableError: ")
    tables.unlink()
    await eventually(lambda: rows(tables / "xact_events"), lambda: worker.log)
    assert worker.terminate() == 0, worker.log
    assert ".dead" not in worker.log
