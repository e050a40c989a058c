"""The messages of the Verisk domain."""

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field, Json, JsonValue, StringConstraints
from pydantic.alias_generators import to_camel

from workers.messages import BlobPath, Identifier, Message

AttachmentUrl = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]+/\S*$", max_length=8192)]
CAMEL_CASE = ConfigDict(alias_generator=to_camel, validate_by_name=True, validate_by_alias=True)


class Assignment(Message):
    """What an event carries as a JSON string: the assignment, and the URLs of its attachments."""

    model_config = CAMEL_CASE

    assignment_id: Identifier
    estimate_version: str | None = None
    attachments: tuple[AttachmentUrl, ...] = ()


class Event(Message):
    """On verisk.enrichment.pending: one of the verisk.claims.property.xn events."""

    model_config = CAMEL_CASE

    type: Annotated[str, Field(pattern=r"^[a-z]+(\.[A-Za-z0-9]+)+$")]
    version: str
    utc_date_time: datetime
    trace_id: Identifier
    event_id: Identifier | None = None
    data: Json[Assignment]

    @property
    def subtype(self) -> str:
        """The last part of the type: `documentsReceived`, `statusChanged`."""
        return self.type.rpartition(".")[2]


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
