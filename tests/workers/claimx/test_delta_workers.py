"""The ClaimX workers that write Delta tables, on the in-memory transport."""

import json
from datetime import UTC, datetime

import pytest
from deltalake import DeltaTable

from transport import PipelineMessage
from workers.claimx.delta_events_worker import DeltaEventsWorker
from workers.claimx.descriptions import FILE_ADDED, RESULT, ROWS
from workers.claimx.entities import Media
from workers.claimx.entity_delta_worker import EntityDeltaWorker
from workers.claimx.messages import EntityRows
from workers.claimx.result_processor import ResultProcessor
from workers.errors import TableError
from workers.tables import Tables

EVENTS = "claimx.events.raw"
ENTITIES = "claimx.entities.rows"
RESULTS = "claimx.downloads.results"

# worker, topic, group, a good message, one of its tables, a malformed message, where that goes, and why
WORKERS = [
    pytest.param(
        (DeltaEventsWorker, EVENTS, "claimx-delta-events-worker", FILE_ADDED, "claimx_events"),
        ({"event_id": "e-3"}, "claimx.events.dead", "not a ClaimX event: event_type: Field required"),
        id="delta_events_worker",
    ),
    pytest.param(
        (EntityDeltaWorker, ENTITIES, "claimx-entity-delta-worker", ROWS, "claimx_tasks"),
        (ROWS | {"tasks": [{}]}, "claimx.entities.dead", "not entity rows: tasks.0.assignmentId"),
        id="entity_delta_worker",
    ),
    pytest.param(
        (ResultProcessor, RESULTS, "claimx-result-processor", RESULT, "claimx_download_results"),
        (RESULT | {"status": "lost"}, "claimx.downloads.dead", "not a result of a download: status"),
        id="result_processor",
    ),
]


@pytest.fixture
async def start_worker(pipeline, tmp_path):
    """Starts a worker whose tables lie in the test's folder."""
    started = []

    async def start(kind):
        worker = kind(pipeline.config, Tables(str(tmp_path)))
        started.append(worker)
        await worker.start()
        return worker

    yield start
    for worker in started:
        await worker.stop()


@pytest.mark.parametrize(("worker", "malformed"), WORKERS)
async def test_repeated_messages_double_no_row(worker, malformed, start_worker, pipeline, rows, tmp_path):
    kind, topic, group, good, table = worker
    running = await start_worker(kind)
    await pipeline.send(topic, good, good)
    await pipeline.all_committed(topic, group)
    once = rows(tmp_path / table)
    await running.stop()
    await start_worker(kind)
    await pipeline.send(topic, good, key=b"another partition")
    await pipeline.all_committed(topic, group)
    assert rows(tmp_path / table) == once
    assert len(once) == 1


@pytest.mark.parametrize(("worker", "malformed"), WORKERS)
async def test_a_malformed_message_becomes_a_dead_letter_and_the_next_a_row(
    worker, malformed, start_worker, pipeline, rows, tmp_path
):
    kind, topic, group, good, table = worker
    value, dead_letters, why = malformed
    await start_worker(kind)
    await pipeline.send(topic, value, good)
    (dead,) = await pipeline.first(dead_letters)
    assert dead.value == json.dumps(value).encode()
    headers = dict(dead.headers)
    assert why in headers["x-reason"].decode()
    assert (headers["x-origin-topic"], headers["x-attempts"]) == (topic.encode(), b"1")
    await pipeline.all_committed(topic, group)
    assert len(rows(tmp_path / table)) == 1


@pytest.mark.parametrize(("worker", "malformed"), WORKERS)
async def test_a_message_whose_row_cannot_be_written_is_not_done_with(
    worker, malformed, start_worker, pipeline, rows, tmp_path
):
    kind, topic, group, good, table = worker
    running = await start_worker(kind)
    (tmp_path / table).write_text("in the way")
    with pytest.raises(TableError):
        await running.handle(PipelineMessage(topic, 0, 0, 0, b"k", json.dumps(good).encode(), ()))
    await pipeline.send(topic, good)
    (tmp_path / table).unlink()
    await pipeline.all_committed(topic, group)
    assert len(rows(tmp_path / table)) == 1


@pytest.mark.parametrize(("worker", "malformed"), WORKERS)
async def test_a_start_that_fails_can_be_stopped(worker, malformed, pipeline, tmp_path):
    pipeline.config.memory.down = True
    failed = worker[0](pipeline.config, Tables(str(tmp_path)))
    with pytest.raises(Exception, match="down"):
        await failed.start()
    await failed.stop()


async def test_messages_in_hand_share_commits(start_worker, pipeline, rows, tmp_path):
    for number in range(200):
        key = f"p-{number}".encode()
        await pipeline.send(EVENTS, FILE_ADDED | {"event_id": f"e-{number}"}, key=key)
    await start_worker(DeltaEventsWorker)
    await pipeline.all_committed(EVENTS, "claimx-delta-events-worker")
    assert len(rows(tmp_path / "claimx_events")) == 200
    assert DeltaTable(tmp_path / "claimx_events").version() < 20  # four at a time would be fifty


async def test_an_event_becomes_a_row(start_worker, pipeline, rows, tmp_path):
    await start_worker(DeltaEventsWorker)
    await pipeline.send(EVENTS, FILE_ADDED | {"raw_data": {"a": [1]}})
    await pipeline.all_committed(EVENTS, "claimx-delta-events-worker")
    assert rows(tmp_path / "claimx_events") == [
        {
            "event_id": "e-1",
            "event_type": "PROJECT_FILE_ADDED",
            "project_id": "4711",
            "ingested_at": datetime(2025, 3, 4, 5, 6, 7, tzinfo=UTC),
            "media_id": "m-4711-1",
            "task_assignment_id": None,
            "video_collaboration_id": None,
            "master_file_name": None,
            "raw_data": '{"a":[1]}',
        }
    ]


ENTITY = {
    "projects": {"project_id": "4711", "status": "OPEN", "created_at": "2025-03-04T05:06:07Z"},
    "contacts": {"contact_id": "c-1", "project_id": "4711", "name": "Ada", "role": "ADJUSTER"},
    "media": {"media_id": "m-1", "project_id": "4711", "file_name": "a.jpg", "file_type": "image/jpeg"},
    "tasks": ROWS["tasks"][0],
    "task_templates": {"template_id": "cabinets-3", "name": "Cabinet repair"},
    "external_links": {"link_id": "l-1", "assignment_id": "t-4711-1", "url": "https://forms.example.com/1"},
    "video_collab": {"collaboration_id": "v-1", "project_id": "4711", "status": "COMPLETED"},
}


async def test_each_entity_goes_to_its_own_table(start_worker, pipeline, rows, tmp_path):
    await start_worker(EntityDeltaWorker)
    await pipeline.send(ENTITIES, ROWS | {field: [entity] for field, entity in ENTITY.items()})
    await pipeline.all_committed(ENTITIES, "claimx-entity-delta-worker")
    assert {folder.name for folder in tmp_path.iterdir()} == {f"claimx_{field}" for field in ENTITY}
    for field, entity in ENTITY.items():
        (row,) = rows(tmp_path / f"claimx_{field}")
        told = {"event_id": "e-2", "ingested_at": datetime(2025, 3, 4, 5, 6, 7, tzinfo=UTC)}
        if "created_at" in entity:
            told["created_at"] = told["ingested_at"]
        assert row == dict.fromkeys(row) | entity | told


async def test_what_an_older_event_told_replaces_nothing_newer(start_worker, pipeline, rows, tmp_path):
    def task(status: str, hour: int) -> dict:
        tasks = [ENTITY["tasks"] | {"status": status}]
        return ROWS | {"event_id": f"e-{hour}", "ingested_at": f"2025-03-04T{hour:02}:00:00Z", "tasks": tasks}

    await start_worker(EntityDeltaWorker)
    for message in (task("COMPLETED", 9), task("ASSIGNED", 7), task("ASSIGNED", 7)):
        await pipeline.send(ENTITIES, message)
    await pipeline.all_committed(ENTITIES, "claimx-entity-delta-worker")
    assert [(row["status"], row["event_id"]) for row in rows(tmp_path / "claimx_tasks")] == [
        ("COMPLETED", "e-9")
    ]


def test_what_enrichment_writes_can_be_read_back_and_holds_no_presigned_url():
    media = Media(
        media_id="m-1", project_id="4711", file_name="a.jpg", file_type="image/jpeg", download_url="secret"
    )
    written = EntityRows.parse(json.dumps(ROWS).encode()).model_copy(update={"media": (media,)})
    assert b"secret" not in written.encode()
    assert EntityRows.parse(written.encode()).media[0].media_id == "m-1"


async def test_of_several_outcomes_the_latest_counts(start_worker, pipeline, rows, tmp_path):
    failed = RESULT | {
        "status": "failed",
        "error_message": "the store is full",
        "created_at": "2025-03-04T05:00:00Z",
    }
    await start_worker(ResultProcessor)
    await pipeline.send(RESULTS, failed, RESULT, failed)
    await pipeline.all_committed(RESULTS, "claimx-result-processor")
    assert [(row["status"], row["error_message"]) for row in rows(tmp_path / "claimx_download_results")] == [
        ("completed", None)
    ]
