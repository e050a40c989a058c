"""Verisk from end to end: events in, rows and files out, each worker a process of its own."""

import json

import pytest

from workers.local.file_host import content
from workers.local.links import link
from workers.registry import names
from workers.verisk.descriptions import DOCUMENTS_RECEIVED

pytestmark = pytest.mark.broker

WORKERS = [name for name in names() if name.startswith("verisk/")]
PATHS = [f"/files/verisk/{number}.{kind}" for number in range(3) for kind in ("pdf", "jpg")]


def event(number: int, file_host: str) -> dict:
    attachments = [file_host + link(path) for path in PATHS[2 * number : 2 * number + 2]]
    data = json.dumps({"assignmentId": f"A-{number}", "attachments": attachments})
    return DOCUMENTS_RECEIVED | {"eventId": f"x-{number}", "traceId": f"trace-{number}", "data": data}


async def test_events_sent_twice_become_the_rows_and_files_of_one(
    start, kafka, world, on_kafka, rows, tmp_path
):
    folders = {"CACHE_DIR": "cache", "STORAGE_URL": "store", "TABLES_URL": "tables"}
    places = {name: str(tmp_path / folder) for name, folder in folders.items()}
    running = [start("workers", name, **kafka.environment, **world.environment, **places) for name in WORKERS]
    for worker in running:
        worker.until_it_says("worker is ready")
    events = [event(number, world.file_host_url) for number in range(3)]
    await on_kafka.send("verisk.events.raw", *events, *events)
    await on_kafka.send("verisk.enrichment.pending", *events)  # as after a restart of the ingester
    await on_kafka.first("verisk.downloads.results", 2 * len(PATHS))
    await on_kafka.all_committed("verisk.downloads.results", "verisk-result-processor")
    await on_kafka.all_committed("verisk.events.raw", "verisk-delta-events-worker")
    for worker in running:
        assert worker.terminate() == 0, worker.log
    outcomes = rows(tmp_path / "tables" / "xact_attachments")
    assert [row["status"] for row in outcomes] == ["completed"] * len(PATHS)
    stored = [tmp_path / "store" / row["blob_path"] for row in outcomes]
    assert sorted(file.read_bytes() for file in stored) == sorted(map(content, PATHS))
    assert {file for file in (tmp_path / "store").rglob("*") if file.is_file()} == set(stored)
    assert not [file for file in (tmp_path / "cache").rglob("*") if file.is_file()]
    assert {row["event_key"] for row in rows(tmp_path / "tables" / "xact_events")} == {"x-0", "x-1", "x-2"}
    assert len(rows(tmp_path / "tables" / "xact_events")) == len(events)
    assert rows(tmp_path / "tables" / "xact_attachments_failed") == []
    assert not any("signature=" in worker.log for worker in running)
