"""An event's attachments, as download tasks."""

import re
from pathlib import PurePosixPath
from uuid import NAMESPACE_URL, uuid5

from workers.verisk.messages import DownloadTask, Event

UNSAFE = re.compile(r"[^A-Za-z0-9_.-]+")


def download_tasks(event: Event) -> tuple[DownloadTask, ...]:
    """A download task for each of `event`'s attachments, the same ones each time."""
    return tuple(_task(event, url) for url in event.data.attachments)


def _task(event: Event, url: str) -> DownloadTask:
    media_id = str(uuid5(NAMESPACE_URL, f"{event.trace_id}:{url}"))
    name = _file_name(url)
    return DownloadTask(
        trace_id=event.trace_id,
        media_id=media_id,
        attachment_url=url,
        # Two attachments may bear the same name: the media id keeps them apart.
        blob_path=f"verisk/{event.subtype}/{event.data.assignment_id}/{event.trace_id}/{media_id}/{name}",
        status_subtype=event.subtype,
        file_type=PurePosixPath(name).suffix.removeprefix(".").lower() or "unknown",
        assignment_id=event.data.assignment_id,
        event_type=event.type,
        event_subtype=event.subtype,
        original_timestamp=event.utc_date_time,
        metadata={"version": event.version, "estimate_version": event.data.estimate_version},
    )


def _file_name(url: str) -> str:
    """The last part of the URL's path, made safe to be a file's name."""
    path = url.partition("#")[0].partition("?")[0]
    name = UNSAFE.sub("_", path.rpartition("/")[2]).lstrip(".")
    return name[-100:] or "attachment"
