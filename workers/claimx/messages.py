"""The messages of the ClaimX domain."""

from datetime import datetime
from enum import StrEnum

from pydantic import JsonValue

from workers.claimx.entities import (
    Contact,
    ExternalLink,
    MediaRow,
    Project,
    Task,
    TaskTemplate,
    VideoCollaboration,
)
from workers.messages import BlobPath, Identifier, Message


class EventType(StrEnum):
    """What can happen to a claim's project."""

    PROJECT_CREATED = "PROJECT_CREATED"
    PROJECT_FILE_ADDED = "PROJECT_FILE_ADDED"
    PROJECT_MFN_ADDED = "PROJECT_MFN_ADDED"
    CUSTOM_TASK_ASSIGNED = "CUSTOM_TASK_ASSIGNED"
    CUSTOM_TASK_COMPLETED = "CUSTOM_TASK_COMPLETED"
    POLICYHOLDER_INVITED = "POLICYHOLDER_INVITED"
    POLICYHOLDER_JOINED = "POLICYHOLDER_JOINED"
    VIDEO_COLLABORATION_INVITE_SENT = "VIDEO_COLLABORATION_INVITE_SENT"
    VIDEO_COLLABORATION_COMPLETED = "VIDEO_COLLABORATION_COMPLETED"


class Event(Message):
    """On claimx.events.raw and claimx.enrichment.pending: something happened; the API knows the details."""

    event_id: Identifier
    event_type: EventType
    project_id: Identifier
    ingested_at: datetime
    media_id: Identifier | None = None
    task_assignment_id: Identifier | None = None
    video_collaboration_id: Identifier | None = None
    master_file_name: str | None = None
    raw_data: JsonValue = None


class EntityRows(Message):
    """On claimx.entities.rows: what the API said about one event, a list for each Delta table."""

    event_id: Identifier
    event_type: EventType
    project_id: Identifier
    ingested_at: datetime | None = None
    projects: tuple[Project, ...] = ()
    contacts: tuple[Contact, ...] = ()
    media: tuple[MediaRow, ...] = ()
    tasks: tuple[Task, ...] = ()
    task_templates: tuple[TaskTemplate, ...] = ()
    external_links: tuple[ExternalLink, ...] = ()
    video_collab: tuple[VideoCollaboration, ...] = ()


class DownloadTask(Message):
    """On claimx.downloads.pending: one file to fetch, from a presigned URL, into the cache."""

    media_id: Identifier
    project_id: Identifier
    download_url: str
    expires_at: datetime | None = None
    blob_path: BlobPath
    file_type: str
    file_name: str
    source_event_id: Identifier
    retry_count: int = 0
    refresh_count: int = 0


class CachedDownload(DownloadTask):
    """On claimx.downloads.cached: the file lies in the cache, ready for upload."""

    destination_path: BlobPath
    local_cache_path: str
    bytes_downloaded: int
    content_type: str
    downloaded_at: datetime


class Status(StrEnum):
    """How a file's way into the store ended; after `failed` another end may yet come."""

    COMPLETED = "completed"
    FAILED = "failed"
    FAILED_PERMANENT = "failed_permanent"


class DownloadResult(Message):
    """On claimx.downloads.results: what became of one file."""

    media_id: Identifier
    project_id: Identifier
    source_event_id: Identifier
    blob_path: BlobPath
    status: Status
    bytes_uploaded: int = 0
    error_message: str | None = None
    created_at: datetime
