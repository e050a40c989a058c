"""What an event means: which questions go to the ClaimX API, and what its answers become."""

from workers.claimx.api import ClaimXApi
from workers.claimx.entities import Media
from workers.claimx.messages import DownloadTask, EntityRows, Event, EventType
from workers.errors import ApiRefusedError
from workers.triggers import PluginEvent


async def enrich(event: Event, api: ClaimXApi) -> tuple[EntityRows, tuple[DownloadTask, ...]]:
    """The rows and the download tasks that follow from `event`; raises ApiError.

    An event that does not name what it is about (a file without media_id, a task without
    task_assignment_id) raises ApiRefusedError as well: there is nothing to ask for.
    """
    rows = EntityRows(
        event_id=event.event_id,
        event_type=event.event_type,
        project_id=event.project_id,
        ingested_at=event.ingested_at,
    )
    match event.event_type:
        case EventType.PROJECT_CREATED | EventType.PROJECT_MFN_ADDED:
            project = await api.project(event.project_id)
            contacts = await api.contacts(event.project_id)
            return rows.model_copy(update={"projects": (project,), "contacts": contacts}), ()
        case EventType.POLICYHOLDER_INVITED | EventType.POLICYHOLDER_JOINED:
            return rows.model_copy(update={"contacts": await api.contacts(event.project_id)}), ()
        case EventType.PROJECT_FILE_ADDED:
            file = await _file(event, api)
            return rows.model_copy(update={"media": (file,)}), (_download(event, file),)
        case EventType.CUSTOM_TASK_ASSIGNED | EventType.CUSTOM_TASK_COMPLETED:
            return await _with_task(rows, event, api), ()
        case EventType.VIDEO_COLLABORATION_INVITE_SENT | EventType.VIDEO_COLLABORATION_COMPLETED:
            calls = await api.conversations(event.project_id)
            asked = event.video_collaboration_id
            kept = tuple(call for call in calls if asked in (None, call.collaboration_id))
            return rows.model_copy(update={"video_collab": kept}), ()


def plugin_events(event: Event, rows: EntityRows) -> tuple[PluginEvent, ...]:
    """What plugins may want to know of `event`: one for each task it is about."""
    return tuple(
        PluginEvent(
            event_id=event.event_id,
            event_type=event.event_type,
            event_timestamp=event.ingested_at,
            assignment_id=task.assignment_id,
            project_id=task.project_id,
            task_id=task.task_id,
            task_name=task.task_name,
            task_status=task.status,
        )
        for task in rows.tasks
    )


async def _file(event: Event, api: ClaimXApi) -> Media:
    for file in await api.media(event.project_id):
        if file.media_id == event.media_id:
            return file
    raise ApiRefusedError(f"project {event.project_id} has no media {event.media_id}")


async def _with_task(rows: EntityRows, event: Event, api: ClaimXApi) -> EntityRows:
    if event.task_assignment_id is None:
        raise ApiRefusedError(f"{event.event_type} names no task_assignment_id")
    task = await api.task(event.task_assignment_id)
    templates = () if task.template is None else (task.template,)
    return rows.model_copy(
        update={"tasks": (task,), "task_templates": templates, "external_links": task.external_links}
    )


def _download(event: Event, file: Media) -> DownloadTask:
    return DownloadTask(
        media_id=file.media_id,
        project_id=file.project_id,
        download_url=file.download_url,
        expires_at=file.expires_at,
        blob_path=f"claimx/{file.project_id}/{file.media_id}/{file.file_name}",
        file_type=file.file_type,
        file_name=file.file_name,
        source_event_id=event.event_id,
    )
