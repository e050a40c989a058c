"""The Verisk (XactAnalysis) messages."""

import posixpath
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5

from pipeline.common.records import BadRecord, Record


class Topics:
    RAW = "verisk.events.raw"
    ENRICHMENT = "verisk.enrichment.pending"
    DOWNLOADS = "verisk.downloads.pending"
    CACHED = "verisk.downloads.cached"
    RESULTS = "verisk.downloads.results"
    DEAD = "verisk.dead"


@dataclass(frozen=True)
class XactEvent(Record):
    """`data` is JSON in JSON; `details` reads it."""

    type: str
    version: str
    utcDateTime: str
    traceId: str
    data: str

    @property
    def subtype(self) -> str:
        return self.type.rsplit(".", 1)[-1]

    def details(self) -> "Details":
        return Details.from_json(self.data.encode())


@dataclass(frozen=True)
class Details(Record):
    assignmentId: str
    attachments: list = field(default_factory=list)


@dataclass(frozen=True)
class Attachment(Record):
    """An attachment to download, or that was."""

    trace_id: str
    media_id: str
    attachment_url: str
    blob_path: str
    status_subtype: str
    assignment_id: str
    local_cache_path: str = ""
    bytes_downloaded: int = 0


@dataclass(frozen=True)
class AttachmentResult(Record):
    trace_id: str
    media_id: str
    blob_path: str
    status: str
    error_message: str = ""


def attachments(event: XactEvent) -> list[Attachment]:
    """The event's attachments; the same event gives the same ids and paths."""
    details = event.details()
    if not all(isinstance(url, str) for url in details.attachments):
        raise BadRecord("attachments must be URLs")
    return [_attachment(event, details.assignmentId, url) for url in details.attachments]


def _attachment(event: XactEvent, assignment: str, url: str) -> Attachment:
    name = posixpath.basename(urlsplit(url).path) or "attachment"
    return Attachment(
        trace_id=event.traceId,
        media_id=str(uuid5(NAMESPACE_URL, event.traceId + url)),
        attachment_url=url,
        blob_path=f"verisk/{event.subtype}/{assignment}/{event.traceId}/{name}",
        status_subtype=event.subtype,
        assignment_id=assignment,
    )
