"""The plugin workers as a stranger needs to know them. The samples are about tasks the local API knows."""

from typing import Any

from workers.description import Description, Expectation, Sample

MITIGATION_PENDING = "claimx.mitigation.pending"
CABINET_PENDING = "itel.cabinet.pending"
CABINET_COMPLETED = "itel.cabinet.completed"
NOTICES_PENDING = "plugins.task_notices.pending"
NOTICES_SUCCESS = "plugins.task_notices.success"
NOTICES_ERRORS = "plugins.task_notices.errors"


def _task(event_id: str, assignment_id: str, task_id: str, name: str) -> dict[str, Any]:
    return {
        "event_id": event_id,
        "event_type": "CUSTOM_TASK_COMPLETED",
        "event_timestamp": "2025-03-04T05:06:07Z",
        "assignment_id": assignment_id,
        "project_id": "4711",
        "task_id": task_id,
        "task_name": name,
        "task_status": "COMPLETED",
    }


MITIGATION = _task("e-3", "t-4711-3", "31001", "Mitigation report")
CABINETS = _task("e-1", "t-4711-1", "32513", "Cabinet repair form")

FORM = {
    "event_id": "e-1",
    "assignment_id": "t-4711-1",
    "project_id": "4711",
    "task_id": "32513",
    "task_name": "Cabinet repair form",
    "damage": "Water from the dishwasher",
    "cabinets": [{"kind": "lower", "damaged": True, "linear_feet": 12.5}],
    "attachments": [
        {
            "media_id": "m-4711-1",
            "question": "lowerCabinetsDamaged",
            "file_name": "front.jpg",
            "file_type": "image/jpeg",
        }
    ],
}
UNDAMAGED = FORM | {"event_id": "e-2", "assignment_id": "t-4711-2", "cabinets": [], "attachments": []}

MITIGATION_TRACKING_WORKER = Description(
    reads=("mitigation_pending",),
    writes=("mitigation_success",),
    services=("world",),
    samples=(
        Sample("a completed mitigation", "good", MITIGATION_PENDING, "t-4711-3", MITIGATION),
        Sample("no task", "malformed", MITIGATION_PENDING, "t-4711-9", {"event_id": "e-9"}),
        Sample("the same mitigation again", "duplicate", MITIGATION_PENDING, "t-4711-3", MITIGATION),
    ),
    expect=(
        Expectation(
            "a completed mitigation",
            "claimx.mitigation.success",
            {"event_id": "e-3", "project": {"master_file_name": "MFN-4711"}},
        ),
        Expectation("the same mitigation again", "claimx.mitigation.success", {"event_id": "e-3"}),
    ),
)

ITEL_CABINET_TRACKING_WORKER = Description(
    reads=("itel_cabinet_pending",),
    writes=("itel_cabinet_completed",),
    services=("world",),
    env={"TABLES_URL": "${SCRATCH}/tables"},
    samples=(
        Sample("a completed form", "good", CABINET_PENDING, "t-4711-1", CABINETS),
        Sample("no task", "malformed", CABINET_PENDING, "t-4711-9", {"event_id": "e-9"}),
        Sample("the same form again", "duplicate", CABINET_PENDING, "t-4711-1", CABINETS),
    ),
    expect=(
        Expectation(
            "a completed form",
            CABINET_COMPLETED,
            {"event_id": "e-1", "assignment_id": "t-4711-1", "damage": "Water from the dishwasher"},
        ),
        Expectation("the same form again", CABINET_COMPLETED, {"event_id": "e-1"}),
    ),
)

ITEL_CABINET_API_WORKER = Description(
    reads=("itel_cabinet_completed",),
    writes=("itel_api_success", "itel_api_errors"),
    services=("world",),
    samples=(
        Sample("damaged cabinets", "good", CABINET_COMPLETED, "t-4711-1", FORM),
        Sample("nothing is damaged", "good", CABINET_COMPLETED, "t-4711-2", UNDAMAGED),
        Sample("no form", "malformed", CABINET_COMPLETED, "t-4711-9", {"event_id": "e-9"}),
        Sample("the same cabinets again", "duplicate", CABINET_COMPLETED, "t-4711-1", FORM),
    ),
    expect=(
        Expectation(
            "damaged cabinets", "itel.api.success", {"assignment_id": "t-4711-1", "status": "RECEIVED"}
        ),
        Expectation(
            "nothing is damaged", "itel.api.errors", {"reason": "iTel API: /cabinets/orders: status 422"}
        ),
        Expectation("no form", "itel.cabinet.dead", {"event_id": "e-9"}),
        Expectation("the same cabinets again", "itel.api.success", {"assignment_id": "t-4711-1"}),
    ),
)

PLUGIN_ACTION_WORKER = Description(
    reads=("task_notices_pending",),
    writes=("task_notices_success", "task_notices_errors"),
    services=("world",),
    samples=(
        Sample("a completed task", "good", NOTICES_PENDING, "t-4711-1", CABINETS),
        Sample(
            "a task in progress",
            "good",
            NOTICES_PENDING,
            "t-4711-2",
            CABINETS | {"event_id": "e-2", "assignment_id": "t-4711-2", "task_status": "IN_PROGRESS"},
        ),
        Sample("no task", "malformed", NOTICES_PENDING, "t-4711-9", {"event_id": "e-9"}),
        Sample("the same task again", "duplicate", NOTICES_PENDING, "t-4711-1", CABINETS),
    ),
    expect=(
        Expectation(
            "a completed task",
            NOTICES_SUCCESS,
            {"action": "task_notices", "message": {"event": "e-1", "claim": "MFN-4711"}},
        ),
        Expectation("a task in progress", NOTICES_ERRORS, {"reason": 'task_status is none of "COMPLETED"'}),
        Expectation("no task", NOTICES_ERRORS, {"reason": "project_id is missing"}),
        Expectation("the same task again", NOTICES_SUCCESS, {"message": {"event": "e-1"}}),
    ),
)
