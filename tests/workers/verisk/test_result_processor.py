"""The outcomes of Verisk downloads, in Delta tables, from the in-memory transport."""

from datetime import UTC, datetime

import pytest

from workers.tables import Tables
from workers.verisk.descriptions import LOST, UPLOADED
from workers.verisk.result_processor import ResultProcessor

RESULTS = "verisk.downloads.results"
GROUP = "verisk-result-processor"
FAILED = UPLOADED | {
    "status": "failed",
    "bytes_uploaded": 0,
    "error_message": "the store is busy",
    "created_at": "2025-03-04T05:00:00Z",
}


@pytest.fixture
async def running(pipeline, tmp_path):
    worker = ResultProcessor(pipeline.config, Tables(str(tmp_path)))
    await worker.start()
    yield worker
    await worker.stop()


@pytest.fixture
def outcomes(running, pipeline, rows, tmp_path):
    """Sends results, and gives the rows of both tables once all are done with."""

    async def outcomes(*results):
        await pipeline.send(RESULTS, *results)
        await pipeline.all_committed(RESULTS, GROUP)
        return rows(tmp_path / "xact_attachments"), rows(tmp_path / "xact_attachments_failed")

    return outcomes


async def test_an_uploaded_attachment_is_a_row(outcomes):
    (row,), failed = await outcomes(UPLOADED)
    assert row == UPLOADED | {
        "error_message": None,
        "created_at": datetime(2025, 3, 4, 5, 6, 10, tzinfo=UTC),
    }
    assert failed == []


async def test_one_lost_for_good_is_in_the_table_of_failures_as_well(outcomes):
    kept, failed = await outcomes(UPLOADED, LOST)
    assert {row["media_id"]: row["status"] for row in kept} == {
        UPLOADED["media_id"]: "completed",
        LOST["media_id"]: "failed_permanent",
    }
    assert [(row["media_id"], row["error_message"]) for row in failed] == [
        (LOST["media_id"], LOST["error_message"])
    ]


async def test_repeats_double_no_row(outcomes):
    kept, failed = await outcomes(UPLOADED, LOST, UPLOADED, LOST)
    assert (len(kept), len(failed)) == (2, 1)


@pytest.mark.parametrize("order", [(FAILED, UPLOADED), (UPLOADED, FAILED)])
async def test_the_newest_outcome_stands_whatever_comes_last(order, outcomes):
    (row,), failed = await outcomes(*order)
    assert (row["status"], row["error_message"]) == ("completed", None)
    assert failed == []


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (b"{", "Invalid JSON"),
        (UPLOADED | {"status": "lost"}, "status"),
        (UPLOADED | {"blob_path": "../x"}, "blob_path"),
        (UPLOADED | {"created_at": "2025-03-04T05:06:10"}, "created_at"),
    ],
)
async def test_a_malformed_result_becomes_a_dead_letter_and_the_next_a_row(value, why, outcomes, pipeline):
    kept, _ = await outcomes(value, UPLOADED)
    (dead,) = await pipeline.first("verisk.downloads.dead")
    reason = dict(dead.headers)["x-reason"].decode()
    assert reason.startswith("PermanentError: not a result of a download: ")
    assert why in reason
    assert len(kept) == 1
