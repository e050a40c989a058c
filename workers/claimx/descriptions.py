"""The ClaimX workers as a stranger needs to know them. The samples are about projects the local API knows."""

from typing import Any

from workers.description import Description, Expectation, Sample
from workers.local.links import link

ENRICHMENT_PENDING = "claimx.enrichment.pending"
DOWNLOADS_PENDING = "claimx.downloads.pending"
DOWNLOADS_CACHED = "claimx.downloads.cached"
PHOTO = "/files/4711/m-4711-1/front.jpg"


def _event(event_id: str, event_type: str, **about: str) -> dict[str, Any]:
    ingested = {"ingested_at": "2025-03-04T05:06:07Z"}
    return {"event_id": event_id, "event_type": event_type, "project_id": "4711", **ingested, **about}


FILE_ADDED = _event("e-1", "PROJECT_FILE_ADDED", media_id="m-4711-1")
TASK_COMPLETED = _event("e-2", "CUSTOM_TASK_COMPLETED", task_assignment_id="t-4711-1")

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
    writes=("downloads_pending", "entities_rows"),
    services=("world",),
    samples=(
        Sample("a file was added", "good", ENRICHMENT_PENDING, "e-1", FILE_ADDED),
        Sample("a task was completed", "good", ENRICHMENT_PENDING, "e-2", TASK_COMPLETED),
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
            "claimx.entities.rows",
            {"event_id": "e-1", "media": [{"media_id": "m-4711-1", "file_name": "front.jpg"}]},
        ),
        Expectation(
            "a task was completed",
            "claimx.entities.rows",
            {"event_id": "e-2", "tasks": [{"assignment_id": "t-4711-1", "task_id": "32513"}]},
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
