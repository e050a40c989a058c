"""The messages of the Verisk domain."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated
from uuid import NAMESPACE_URL, uuid5

from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, Json, JsonValue, StringConstraints
from pydantic.alias_generators import to_camel

from workers.messages import BlobPath, Identifier, Message

AttachmentUrl = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]+/\S*$", max_length=8192)]
UtcTime = Annotated[
    datetime,
    AfterValidator(lambda time: time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)),
]
"""A time in UTC, which is what one without a zone is taken for."""
CAMEL_CASE = ConfigDict(alias_generator=to_camel, validate_by_name=True, validate_by_alias=True)


class Assignment(Message):
    """What an event carries as a JSON string: the assignment, and the URLs of its attachments."""

    model_config = CAMEL_CASE

    assignment_id: Identifier
    estimate_version: str | None = None
    attachments: tuple[AttachmentUrl, ...] = ()


class Event(Message):
    """On verisk.events.raw and verisk.enrichment.pending: one of the verisk.claims.property.xn events."""

    model_config = CAMEL_CASE

    type: Annotated[str, Field(pattern=r"^[a-z]+(\.[A-Za-z0-9]+)+$")]
    version: str
    utc_date_time: UtcTime
    trace_id: Identifier
    event_id: Identifier | None = None
    data: Json[Assignment]

    @property
    def subtype(self) -> str:
        """The last part of the type: `documentsReceived`, `statusChanged`."""
        return self.type.rpartition(".")[2]

    @property
    def identity(self) -> str:
        """What tells it from every other event, however often it is sent: Verisk's own id, if it has one."""
        if self.event_id is not None:
            return self.event_id
        return str(uuid5(NAMESPACE_URL, f"{self.trace_id}:{self.type}:{self.utc_date_time.isoformat()}"))


class DownloadTask(Message):
    """On verisk.downloads.pending: one attachment to fetch into the cache."""

    trace_id: Identifier
    media_id: Identifier
    attachment_url: str
    blob_path: BlobPath
    status_subtype: str
    file_type: str
    assignment_id: Identifier
    retry_count: int = 0
    event_type: str
    event_subtype: str
    original_timestamp: datetime
    metadata: dict[str, JsonValue] = {}


class CachedDownload(DownloadTask):
    """On verisk.downloads.cached: the attachment lies in the cache, ready for upload."""

    destination_path: BlobPath
    local_cache_path: str
    bytes_downloaded: int
    content_type: str
    downloaded_at: datetime


class Status(StrEnum):
    """How an attachment's way into the store ended; `failed` may yet be followed by another end."""

    COMPLETED = "completed"
    FAILED = "failed"
    FAILED_PERMANENT = "failed_permanent"


class DownloadResult(Message):
    """On verisk.downloads.results: what became of one attachment."""

    trace_id: Identifier
    media_id: Identifier
    assignment_id: Identifier
    blob_path: BlobPath
    status_subtype: str
    file_type: str
    status: Status
    bytes_uploaded: int = 0
    error_message: str | None = None
    created_at: AwareDatetime
