"""The Verisk workers as a stranger needs to know them."""

import json

from workers.description import Description, Expectation, Row, Sample
from workers.local.links import link

RAW = "verisk.events.raw"
PENDING = "verisk.enrichment.pending"
DOWNLOADS = "verisk.downloads.pending"
CACHED = "verisk.downloads.cached"
RESULTS = "verisk.downloads.results"
TRACE = "7d0fb1c5-trace-1"
MEDIA = "6f3c1f0e-media-1"
TABLES = {"TABLES_URL": "${SCRATCH}/tables"}

DOCUMENTS_RECEIVED = {
    "type": "verisk.claims.property.xn.documentsReceived",
    "version": "1.0",
    "utcDateTime": "2025-03-04T05:06:07Z",
    "traceId": TRACE,
    "eventId": "x-1",
    "data": json.dumps(
        {
            "assignmentId": "05P3KY1",
            "estimateVersion": "2",
            "attachments": [
                "https://files.example.com/1/estimate.pdf",
                "https://files.example.com/1/roof.jpg",
            ],
        }
    ),
}

DOWNLOAD = {
    "trace_id": TRACE,
    "media_id": MEDIA,
    "attachment_url": "${FILE_HOST_URL}" + link("/files/verisk/estimate.pdf"),
    "blob_path": f"verisk/documentsReceived/05P3KY1/{TRACE}/{MEDIA}/estimate.pdf",
    "status_subtype": "documentsReceived",
    "file_type": "pdf",
    "assignment_id": "05P3KY1",
    "event_type": DOCUMENTS_RECEIVED["type"],
    "event_subtype": "documentsReceived",
    "original_timestamp": DOCUMENTS_RECEIVED["utcDateTime"],
}

IN_CACHE = DOWNLOAD | {
    "destination_path": DOWNLOAD["blob_path"],
    "local_cache_path": "${CACHED_FILES}/verisk/estimate.pdf",
    "bytes_downloaded": 49152,
    "content_type": "application/pdf",
    "downloaded_at": "2025-03-04T05:06:09Z",
}

UPLOADED = {
    "trace_id": TRACE,
    "media_id": MEDIA,
    "assignment_id": "05P3KY1",
    "blob_path": DOWNLOAD["blob_path"],
    "status_subtype": "documentsReceived",
    "file_type": "pdf",
    "status": "completed",
    "bytes_uploaded": 49152,
    "created_at": "2025-03-04T05:06:10Z",
}
LOST = UPLOADED | {
    "media_id": "6f3c1f0e-media-2",
    "status": "failed_permanent",
    "bytes_uploaded": 0,
    "error_message": "the file is not in the cache",
}

EVENTS = (
    Sample("two documents", "good", RAW, TRACE, DOCUMENTS_RECEIVED),
    Sample("no trace id", "malformed", RAW, "x-2", {"type": DOCUMENTS_RECEIVED["type"], "eventId": "x-2"}),
    Sample("the same documents again", "duplicate", RAW, TRACE, DOCUMENTS_RECEIVED),
)
DEAD_EVENT = Expectation("no trace id", "verisk.events.dead", {"eventId": "x-2"})

EVENT_INGESTER = Description(
    reads=("events_raw",),
    writes=("enrichment_pending",),
    samples=EVENTS,
    expect=(
        Expectation("two documents", PENDING, {"traceId": TRACE, "eventId": "x-1"}),
        DEAD_EVENT,
    ),
)

DELTA_EVENTS_WORKER = Description(
    reads=("events_table",),
    writes=(),
    env=TABLES,
    samples=EVENTS,
    expect=(Row("two documents", "xact_events", TRACE), DEAD_EVENT),
)

ENRICHMENT_WORKER = Description(
    reads=("enrichment_pending",),
    writes=("downloads_pending",),
    samples=(
        Sample("two documents", "good", PENDING, TRACE, DOCUMENTS_RECEIVED),
        Sample(
            "data is no JSON", "malformed", PENDING, "7d0fb1c5-trace-2", DOCUMENTS_RECEIVED | {"data": "{id"}
        ),
        Sample("the same documents again", "duplicate", PENDING, TRACE, DOCUMENTS_RECEIVED),
    ),
    expect=(
        Expectation(
            "two documents",
            DOWNLOADS,
            {
                "trace_id": TRACE,
                "assignment_id": "05P3KY1",
                "file_type": "pdf",
                "status_subtype": "documentsReceived",
            },
        ),
        Expectation("two documents", DOWNLOADS, {"trace_id": TRACE, "file_type": "jpg"}),
        Expectation("the same documents again", DOWNLOADS, {"trace_id": TRACE, "file_type": "pdf"}),
    ),
)

DOWNLOAD_WORKER = Description(
    reads=("downloads_pending",),
    writes=("downloads_cached",),
    services=("world",),
    env={"CACHE_DIR": "${SCRATCH}/cache"},
    samples=(
        Sample("one estimate", "good", DOWNLOADS, MEDIA, DOWNLOAD),
        Sample("no URL", "malformed", DOWNLOADS, "6f3c1f0e-media-2", {"media_id": "6f3c1f0e-media-2"}),
        Sample("the same estimate again", "duplicate", DOWNLOADS, MEDIA, DOWNLOAD),
    ),
    expect=(
        Expectation(
            "one estimate",
            CACHED,
            {"media_id": MEDIA, "bytes_downloaded": 49152, "content_type": "application/pdf"},
        ),
        Expectation("the same estimate again", CACHED, {"media_id": MEDIA}),
    ),
)

UPLOAD_WORKER = Description(
    reads=("downloads_cached",),
    writes=("downloads_results",),
    services=("world",),
    env={"CACHE_DIR": "${CACHED_FILES}", "STORAGE_URL": "${SCRATCH}/storage"},
    samples=(
        Sample("one estimate", "good", CACHED, MEDIA, IN_CACHE),
        Sample("no path", "malformed", CACHED, "6f3c1f0e-media-2", {"media_id": "6f3c1f0e-media-2"}),
        Sample("the same estimate again", "duplicate", CACHED, MEDIA, IN_CACHE),
    ),
    expect=(
        Expectation(
            "one estimate", RESULTS, {"media_id": MEDIA, "status": "completed", "bytes_uploaded": 49152}
        ),
        Expectation("the same estimate again", RESULTS, {"media_id": MEDIA, "status": "completed"}),
    ),
)

RESULT_PROCESSOR = Description(
    reads=("downloads_results",),
    writes=(),
    env=TABLES,
    samples=(
        Sample("one uploaded", "good", RESULTS, MEDIA, UPLOADED),
        Sample("one lost for good", "good", RESULTS, "6f3c1f0e-media-2", LOST),
        Sample("no status", "malformed", RESULTS, "6f3c1f0e-media-3", {"media_id": "6f3c1f0e-media-3"}),
        Sample("the same one again", "duplicate", RESULTS, MEDIA, UPLOADED),
    ),
    expect=(
        Row("one uploaded", "xact_attachments", MEDIA),
        Row("one lost for good", "xact_attachments_failed", "6f3c1f0e-media-2"),
        Expectation("no status", "verisk.downloads.dead", {"media_id": "6f3c1f0e-media-3"}),
    ),
)
