"""The Verisk events' Delta table, written from the in-memory transport."""

import json
from datetime import UTC, datetime

import pytest

from transport import PipelineMessage
from workers.errors import TableError
from workers.tables import Tables
from workers.verisk.delta_events_worker import DeltaEventsWorker
from workers.verisk.descriptions import DOCUMENTS_RECEIVED as EVENT

RAW = "verisk.events.raw"
GROUP = "verisk-delta-events-worker"


@pytest.fixture
async def running(pipeline, tmp_path):
    worker = DeltaEventsWorker(pipeline.config, Tables(str(tmp_path)))
    await worker.start()
    yield worker
    await worker.stop()


async def test_an_event_becomes_a_row_without_its_urls(running, pipeline, rows, tmp_path):
    await pipeline.send(RAW, EVENT)
    await pipeline.all_committed(RAW, GROUP)
    assert rows(tmp_path / "xact_events") == [
        {
            "event_key": "x-1",
            "event_id": "x-1",
            "trace_id": EVENT["traceId"],
            "event_type": "verisk.claims.property.xn.documentsReceived",
            "event_subtype": "documentsReceived",
            "version": "1.0",
            "occurred_at": datetime(2025, 3, 4, 5, 6, 7, tzinfo=UTC),
            "assignment_id": "05P3KY1",
            "estimate_version": "2",
            "attachments": 2,
        }
    ]


async def test_repeated_events_double_no_row(running, pipeline, rows, tmp_path):
    nameless = EVENT | {"eventId": None, "traceId": "trace-2"}
    await pipeline.send(RAW, EVENT, nameless, EVENT, nameless)
    await pipeline.all_committed(RAW, GROUP)
    written = rows(tmp_path / "xact_events")
    assert sorted(row["trace_id"] for row in written) == [EVENT["traceId"], "trace-2"]


async def test_a_malformed_event_becomes_a_dead_letter_and_the_next_a_row(running, pipeline, rows, tmp_path):
    bad = EVENT | {"data": json.dumps({"attachments": []})}
    await pipeline.send(RAW, bad, EVENT)
    (dead,) = await pipeline.first("verisk.events.dead")
    assert b"data.assignmentId: Field required" in dict(dead.headers)["x-reason"]
    await pipeline.all_committed(RAW, GROUP)
    assert len(rows(tmp_path / "xact_events")) == 1


async def test_an_event_whose_row_cannot_be_written_is_not_done_with(running, pipeline, rows, tmp_path):
    (tmp_path / "xact_events").write_text("a file where the table should be")
    message = PipelineMessage(RAW, 0, 0, 0, b"k", json.dumps(EVENT).encode(), ())
    with pytest.raises(TableError):
        await running.handle(message)
    await pipeline.send(RAW, EVENT)
    (tmp_path / "xact_events").unlink()
    await pipeline.all_committed(RAW, GROUP)
    assert len(rows(tmp_path / "xact_events")) == 1
