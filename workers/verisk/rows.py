"""What the Verisk Delta tables hold: events and attachments. No row holds a URL: it may be presigned."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel, ConfigDict

from workers.verisk.messages import DownloadResult, Event, Status


class EventRow(BaseModel):
    """A row of xact_events, told from the others by `event_key`."""

    model_config = ConfigDict(frozen=True)

    event_key: str
    event_id: str | None
    trace_id: str
    event_type: str
    event_subtype: str
    version: str
    occurred_at: datetime
    assignment_id: str
    estimate_version: str | None
    attachments: int

    @classmethod
    def of(cls, event: Event) -> Self:
        """The row of `event`, the same one each time."""
        return cls(
            event_key=event.identity,
            event_id=event.event_id,
            trace_id=event.trace_id,
            event_type=event.type,
            event_subtype=event.subtype,
            version=event.version,
            occurred_at=event.utc_date_time,
            assignment_id=event.data.assignment_id,
            estimate_version=event.data.estimate_version,
            attachments=len(event.data.attachments),
        )


class AttachmentRow(BaseModel):
    """A row of xact_attachments and xact_attachments_failed, told from the others by `media_id`."""

    model_config = ConfigDict(frozen=True)

    media_id: str
    trace_id: str
    assignment_id: str
    blob_path: str
    status_subtype: str
    file_type: str
    status: Status
    bytes_uploaded: int
    error_message: str | None
    created_at: datetime

    @classmethod
    def of(cls, result: DownloadResult) -> Self:
        """The row of `result`, the same one each time."""
        return cls.model_validate(result.model_dump())
