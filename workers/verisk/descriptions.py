"""The Verisk workers as a stranger needs to know them."""

import json

from workers.description import Description, Expectation, Sample

PENDING = "verisk.enrichment.pending"
DOWNLOADS = "verisk.downloads.pending"

DOCUMENTS_RECEIVED = {
    "type": "verisk.claims.property.xn.documentsReceived",
    "version": "1.0",
    "utcDateTime": "2025-03-04T05:06:07Z",
    "traceId": "7d0fb1c5-trace-1",
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

ENRICHMENT_WORKER = Description(
    reads=("enrichment_pending",),
    writes=("downloads_pending",),
    samples=(
        Sample("two documents", "good", PENDING, "7d0fb1c5-trace-1", DOCUMENTS_RECEIVED),
        Sample(
            "data is no JSON", "malformed", PENDING, "7d0fb1c5-trace-2", DOCUMENTS_RECEIVED | {"data": "{id"}
        ),
        Sample("the same documents again", "duplicate", PENDING, "7d0fb1c5-trace-1", DOCUMENTS_RECEIVED),
    ),
    expect=(
        Expectation(
            "two documents",
            DOWNLOADS,
            {
                "trace_id": "7d0fb1c5-trace-1",
                "assignment_id": "05P3KY1",
                "file_type": "pdf",
                "status_subtype": "documentsReceived",
            },
        ),
        Expectation("two documents", DOWNLOADS, {"trace_id": "7d0fb1c5-trace-1", "file_type": "jpg"}),
        Expectation(
            "the same documents again", DOWNLOADS, {"trace_id": "7d0fb1c5-trace-1", "file_type": "pdf"}
        ),
    ),
)
