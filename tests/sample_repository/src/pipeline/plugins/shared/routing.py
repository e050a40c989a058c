"""Which tasks interest which plugin."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pipeline.common.records import Record

MITIGATION_PENDING = "claimx.mitigation.pending"
CABINETS_PENDING = "itel.cabinet.pending"
ROUTES = {("31001", "COMPLETED"): MITIGATION_PENDING, ("32513", "COMPLETED"): CABINETS_PENDING}


@dataclass(frozen=True)
class PluginTask(Record):
    event_id: str
    task_id: str
    assignment_id: str
    project_id: str
    task_status: str
    task_name: str = ""


def plugin_topics(event_id: str, task: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    """The topics that a task goes to, and what is said there."""
    topic = ROUTES.get((task["taskId"], task["status"]))
    if topic is not None:
        about = PluginTask(
            event_id=event_id,
            task_id=task["taskId"],
            assignment_id=task["assignmentId"],
            project_id=task["projectId"],
            task_status=task["status"],
            task_name=task.get("taskName", ""),
        )
        yield topic, about.to_json()
