"""The ClaimX workers as a stranger needs to know them. The samples are about projects the local API knows."""

from typing import Any

from workers.description import Description, Expectation, Row, Sample
from workers.local.links import link

EVENTS_RAW = "claimx.events.raw"
ENRICHMENT_PENDING = "claimx.enrichment.pending"
DOWNLOADS_PENDING = "claimx.downloads.pending"
DOWNLOADS_CACHED = "claimx.downloads.cached"
DOWNLOADS_RESULTS = "claimx.downloads.results"
ENTITIES_ROWS = "claimx.entities.rows"
PHOTO = "/files/4711/m-4711-1/front.jpg"


def _event(event_id: str, event_type: str, **about: str) -> dict[str, Any]:
    ingested = {"ingested_at": "2025-03-04T05:06:07Z"}
    return {"event_id": event_id, "event_type": event_type, "project_id": "4711", **ingested, **about}


FILE_ADDED = _event("e-1", "PROJECT_FILE_ADDED", media_id="m-4711-1")
TASK_COMPLETED = _event("e-2", "CUSTOM_TASK_COMPLETED", task_assignment_id="t-4711-1")
MITIGATION_COMPLETED = _event("e-4", "CUSTOM_TASK_COMPLETED", task_assignment_id="t-4711-3")

DOWNLOAD = {
    "media_id": "m-4711-1",
    "project_id": "4711",
    "download_url": "${FILE_HOST_URL}" + link(PHOTO),
    "blob_path": "claimx/4711/m-4711-1/front.jpg",
    "file_type": "image/jpeg",
    "file_name": "front.jpg",
    "source_event_id": "e-1",
}

ENRICHMENT_WORKER = Description(
    reads=("enrichment_pending",),
    writes=(
        "downloads_pending",
        "entities_rows",
        "plugins/itel_cabinet_pending",
        "plugins/mitigation_pending",
    ),
    services=("world",),
    samples=(
        Sample("a file was added", "good", ENRICHMENT_PENDING, "e-1", FILE_ADDED),
        Sample("a task was completed", "good", ENRICHMENT_PENDING, "e-2", TASK_COMPLETED),
        Sample("a mitigation was completed", "good", ENRICHMENT_PENDING, "e-4", MITIGATION_COMPLETED),
        Sample("no event type", "malformed", ENRICHMENT_PENDING, "e-3", {"event_id": "e-3"}),
        Sample("the same file again", "duplicate", ENRICHMENT_PENDING, "e-1", FILE_ADDED),
    ),
    expect=(
        Expectation(
            "a file was added",
            DOWNLOADS_PENDING,
            {"media_id": "m-4711-1", "blob_path": DOWNLOAD["blob_path"], "source_event_id": "e-1"},
        ),
        Expectation(
            "a file was added",
            ENTITIES_ROWS,
            {"event_id": "e-1", "media": [{"media_id": "m-4711-1", "file_name": "front.jpg"}]},
        ),
        Expectation(
            "a task was completed",
            ENTITIES_ROWS,
            {"event_id": "e-2", "tasks": [{"assignment_id": "t-4711-1", "task_id": "32513"}]},
        ),
        Expectation(
            "a task was completed",
            "itel.cabinet.pending",
            {"event_id": "e-2", "task_id": "32513", "task_status": "COMPLETED"},
        ),
        Expectation(
            "a mitigation was completed",
            "claimx.mitigation.pending",
            {"event_id": "e-4", "assignment_id": "t-4711-3", "task_id": "31001"},
        ),
        Expectation("no event type", "claimx.enrichment.dead", {"event_id": "e-3"}),
        Expectation("the same file again", DOWNLOADS_PENDING, {"media_id": "m-4711-1"}),
    ),
)

DOWNLOAD_WORKER = Description(
    reads=("downloads_pending",),
    writes=("downloads_cached",),
    services=("world",),
    env={"CACHE_DIR": "${SCRATCH}/cache"},
    samples=(
        Sample("one photo", "good", DOWNLOADS_PENDING, "m-4711-1", DOWNLOAD),
        Sample("no URL", "malformed", DOWNLOADS_PENDING, "m-4711-2", {"media_id": "m-4711-2"}),
        Sample("the same photo again", "duplicate", DOWNLOADS_PENDING, "m-4711-1", DOWNLOAD),
    ),
    expect=(
        Expectation(
            "one photo",
            DOWNLOADS_CACHED,
            {"media_id": "m-4711-1", "bytes_downloaded": 49152, "content_type": "image/jpeg"},
        ),
        Expectation("the same photo again", DOWNLOADS_CACHED, {"media_id": "m-4711-1"}),
    ),
)

CACHED = DOWNLOAD | {
    "destination_path": DOWNLOAD["blob_path"],
    "local_cache_path": "${CACHED_FILES}/claimx/4711/m-4711-1/front.jpg",
    "bytes_downloaded": 49152,
    "content_type": "image/jpeg",
    "downloaded_at": "2025-03-04T05:07:08Z",
}

RESULT = {
    "media_id": "m-4711-1",
    "project_id": "4711",
    "source_event_id": "e-1",
    "blob_path": DOWNLOAD["blob_path"],
    "status": "completed",
    "bytes_uploaded": 49152,
    "created_at": "2025-03-04T05:08:09Z",
}

ROWS = {
    "event_id": "e-2",
    "event_type": "CUSTOM_TASK_COMPLETED",
    "project_id": "4711",
    "ingested_at": "2025-03-04T05:06:07Z",
    "tasks": [
        {
            "assignment_id": "t-4711-1",
            "project_id": "4711",
            "task_id": "32513",
            "task_name": "Cabinet repair form",
            "status": "COMPLETED",
        }
    ],
    "task_templates": [{"template_id": "cabinets-3", "name": "Cabinet repair"}],
}

EVENT_INGESTER = Description(
    reads=("events_raw",),
    writes=("enrichment_pending",),
    services=("world",),
    samples=(
        Sample("a file was added", "good", EVENTS_RAW, "e-1", FILE_ADDED),
        Sample("no event type", "malformed", EVENTS_RAW, "e-3", {"event_id": "e-3"}),
        Sample("the same file again", "duplicate", EVENTS_RAW, "e-1", FILE_ADDED),
    ),
    expect=(
        Expectation("a file was added", ENRICHMENT_PENDING, FILE_ADDED),
        Expectation("no event type", "claimx.events.dead", {"event_id": "e-3"}),
    ),
)

UPLOAD_WORKER = Description(
    reads=("downloads_cached",),
    writes=("downloads_results",),
    services=("world",),
    env={"CACHE_DIR": "${CACHED_FILES}", "STORAGE_URL": "${SCRATCH}/storage"},
    samples=(
        Sample("one photo", "good", DOWNLOADS_CACHED, "m-4711-1", CACHED),
        Sample("no file named", "malformed", DOWNLOADS_CACHED, "m-4711-2", {"media_id": "m-4711-2"}),
        Sample("the same photo again", "duplicate", DOWNLOADS_CACHED, "m-4711-1", CACHED),
    ),
    expect=(
        Expectation("one photo", DOWNLOADS_RESULTS, {"status": "completed", "bytes_uploaded": 49152}),
        Expectation("the same photo again", DOWNLOADS_RESULTS, {"status": "completed"}),
    ),
)

DELTA_EVENTS_WORKER = Description(
    reads=("events_table",),
    writes=(),
    services=("world",),
    env={"TABLES_URL": "${SCRATCH}/tables"},
    samples=(
        Sample("a file was added", "good", EVENTS_RAW, "e-1", FILE_ADDED),
        Sample("no event type", "malformed", EVENTS_RAW, "e-3", {"event_id": "e-3"}),
        Sample("the same file again", "duplicate", EVENTS_RAW, "e-1", FILE_ADDED),
    ),
    expect=(
        Row("a file was added", "claimx_events", "e-1"),
        Expectation("no event type", "claimx.events.dead", {"event_id": "e-3"}),
    ),
)

ENTITY_DELTA_WORKER = Description(
    reads=("entities_rows",),
    writes=(),
    services=("world",),
    env={"TABLES_URL": "${SCRATCH}/tables"},
    samples=(
        Sample("a completed task", "good", ENTITIES_ROWS, "e-2", ROWS),
        Sample("a task of no project", "malformed", ENTITIES_ROWS, "e-3", ROWS | {"tasks": [{}]}),
        Sample("the same task again", "duplicate", ENTITIES_ROWS, "e-2", ROWS),
    ),
    expect=(
        Row("a completed task", "claimx_tasks", "t-4711-1"),
        Expectation("a task of no project", "claimx.entities.dead", {"tasks": [{}]}),
    ),
)

RESULT_PROCESSOR = Description(
    reads=("downloads_results",),
    writes=(),
    services=("world",),
    env={"TABLES_URL": "${SCRATCH}/tables"},
    samples=(
        Sample("an uploaded photo", "good", DOWNLOADS_RESULTS, "m-4711-1", RESULT),
        Sample("no such status", "malformed", DOWNLOADS_RESULTS, "m-4711-2", RESULT | {"status": "lost"}),
        Sample("the same photo again", "duplicate", DOWNLOADS_RESULTS, "m-4711-1", RESULT),
    ),
    expect=(
        Row("an uploaded photo", "claimx_download_results", "m-4711-1"),
        Expectation("no such status", "claimx.downloads.dead", {"status": "lost"}),
    ),
)
