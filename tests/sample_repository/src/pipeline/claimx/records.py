"""What the ClaimX workers read and write."""

from dataclasses import dataclass, field

from pipeline.common.records import Record

EVENTS = "claimx.events.raw"
TO_ENRICH = "claimx.enrichment.pending"
TO_DOWNLOAD = "claimx.downloads.pending"
CACHED = "claimx.downloads.cached"
RESULTS = "claimx.downloads.results"
ENTITIES = "claimx.entities.rows"
DEAD = "claimx.dead"

FILE_EVENTS = {"PROJECT_FILE_ADDED"}
TASK_EVENTS = {"CUSTOM_TASK_ASSIGNED", "CUSTOM_TASK_COMPLETED"}
PROJECT_EVENTS = {"PROJECT_CREATED", "PROJECT_MFN_ADDED", "POLICYHOLDER_INVITED", "POLICYHOLDER_JOINED"}


@dataclass
class ClaimXEvent(Record):
    event_id: str
    event_type: str
    project_id: str
    ingested_at: str
    media_id: str | None = None
    task_assignment_id: str | None = None


@dataclass
class MediaTask(Record):
    """A file to download."""

    media_id: str
    project_id: str
    download_url: str
    blob_path: str
    source_event_id: str
    retry_count: int = 0


@dataclass
class CachedMedia(MediaTask):
    """A file that lies in the cache."""

    local_cache_path: str = ""
    bytes_downloaded: int = 0


@dataclass
class MediaResult(Record):
    """What became of a file."""

    media_id: str
    blob_path: str
    status: str
    bytes_uploaded: int = 0
    error_message: str | None = None


@dataclass
class EntityRows(Record):
    """What ClaimX told about an event, kind by kind."""

    event_id: str
    project_id: str
    projects: list[dict] = field(default_factory=list)
    media: list[dict] = field(default_factory=list)
    tasks: list[dict] = field(default_factory=list)
