"""The messages of the plugins."""

from pydantic import JsonValue

from workers.claimx.entities import Media, Project
from workers.messages import Identifier, Message
from workers.triggers import PluginEvent


class TaskEvent(PluginEvent):
    """On a plugin's topic: what happened to a ClaimX task."""

    project_id: Identifier
    task_id: Identifier
    task_name: str
    task_status: str


class MitigationTracked(Message):
    """On claimx.mitigation.success: a completed mitigation task, with its project and media."""

    event_id: Identifier
    assignment_id: Identifier
    task_id: Identifier
    task_name: str
    project: Project
    media: tuple[Media, ...]


class ActionDone(Message):
    """On an action's success topic: `message` is what was posted."""

    action: str
    message: dict[str, JsonValue]


class ActionFailed(Message):
    """On an action's error topic: why, and where the message came from."""

    action: str
    reason: str
    origin: str
    message: str
