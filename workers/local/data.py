"""What the local ClaimX API knows: a few projects, each with people, files, tasks and a video call.

Ids count: project 4711 has media m-4711-1 to m-4711-3, contact c-4711-1 and so on; the task assignments
t-4711-1 and t-4711-2 (cabinet repair, 32513) and t-4711-3 (mitigation, 31001) belong to it. Of projects
beyond PROJECTS the API knows nothing.
"""

import time
from typing import Any

from workers.local.links import link

PROJECTS = ("4711", "4712", "4713")
FILES = (("front.jpg", "image/jpeg"), ("kitchen.png", "image/png"), ("estimate.pdf", "application/pdf"))
CABINETS = "32513"
TASKS = {
    "1": (CABINETS, "Cabinet repair form", "cabinets-3", "Cabinet repair"),
    "2": (CABINETS, "Cabinet repair form", "cabinets-3", "Cabinet repair"),
    "3": ("31001", "Mitigation report", "mitigation-1", "Mitigation"),
}
LINK_LIFETIME = 900
SINCE = "2025-03-04T05:06:07Z"


def project(project_id: str) -> dict[str, Any] | None:
    """The project, as the API tells it; None if there is none."""
    if project_id not in PROJECTS:
        return None
    return {
        "projectId": project_id,
        "status": "OPEN",
        "masterFileName": f"MFN-{project_id}",
        "createdAt": SINCE,
        "carrier": "Example Mutual",
    }


def contacts(project_id: str) -> list[dict[str, Any]] | None:
    """The people of a project: the policyholder and the adjuster."""
    if project_id not in PROJECTS:
        return None
    return [
        {
            "contactId": f"c-{project_id}-{number}",
            "projectId": project_id,
            "name": name,
            "role": role,
            "email": f"{role.lower()}@example.com",
        }
        for number, (name, role) in enumerate(
            (("Ada Holder", "POLICYHOLDER"), ("Ben Adjuster", "ADJUSTER")), start=1
        )
    ]


def path(project_id: str, media_id: str, name: str) -> str:
    """Where a project's file lies on the file host."""
    return f"/files/{project_id}/{media_id}/{name}"


def media(project_id: str, file_host: str) -> list[dict[str, Any]] | None:
    """A project's files, each with a link that the file host honours for LINK_LIFETIME seconds."""
    if project_id not in PROJECTS:
        return None
    expires = int(time.time()) + LINK_LIFETIME
    return [
        {
            "mediaId": f"m-{project_id}-{number}",
            "projectId": project_id,
            "fileName": name,
            "fileType": kind,
            "downloadUrl": file_host
            + link(path(project_id, f"m-{project_id}-{number}", name), expires=expires),
            "expiresAt": expires,
        }
        for number, (name, kind) in enumerate(FILES, start=1)
    ]


def conversations(project_id: str) -> list[dict[str, Any]] | None:
    """A project's video calls."""
    if project_id not in PROJECTS:
        return None
    return [
        {
            "collaborationId": f"v-{project_id}-1",
            "projectId": project_id,
            "status": "COMPLETED",
            "startedAt": SINCE,
            "endedAt": "2025-03-04T05:36:07Z",
        }
    ]


def task(assignment_id: str) -> dict[str, Any] | None:
    """A custom task: its assignment `t-PROJECT-NUMBER` says which project it is of."""
    prefix, _, rest = assignment_id.partition("-")
    project_id, _, number = rest.partition("-")
    if prefix != "t" or project_id not in PROJECTS or number not in TASKS:
        return None
    task_id, name, template_id, template = TASKS[number]
    return {
        "assignmentId": assignment_id,
        "projectId": project_id,
        "taskId": task_id,
        "taskName": name,
        "status": "COMPLETED",
        "template": {"templateId": template_id, "name": template},
        "externalLinks": [
            {
                "linkId": f"l-{assignment_id}",
                "assignmentId": assignment_id,
                "url": f"https://forms.example.com/{assignment_id}",
            }
        ],
        "form": _cabinet_form(project_id, number) if task_id == CABINETS else [],
    }


def _cabinet_form(project_id: str, number: str) -> list[dict[str, Any]]:
    """The first of a project's forms tells of damaged cabinets, the second of none."""
    damaged = number == "1"
    return [
        {"question": "damageDescription", "answer": "Water from the dishwasher" if damaged else "None"},
        {
            "question": "lowerCabinetsDamaged",
            "answer": "Yes" if damaged else "No",
            "mediaIds": [f"m-{project_id}-1", f"m-{project_id}-2"] if damaged else [],
        },
        {"question": "lowerCabinetsLinearFeet", "answer": "12.5" if damaged else ""},
        {"question": "upperCabinetsDamaged", "answer": "No"},
    ]
