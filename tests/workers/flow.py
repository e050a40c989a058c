"""What flows through the whole pipeline in the end-to-end tests, and the rows that it leads to."""

import json

from workers.local import data
from workers.local.links import link

# Who reads what, in the order in which messages flow.
GROUPS = (
    ("claimx.events.raw", "claimx-event-ingester"),
    ("claimx.events.raw", "claimx-delta-events-worker"),
    ("claimx.enrichment.pending", "claimx-enrichment-worker"),
    ("claimx.entities.rows", "claimx-entity-delta-worker"),
    ("claimx.downloads.pending", "claimx-download-worker"),
    ("claimx.downloads.cached", "claimx-upload-worker"),
    ("claimx.downloads.results", "claimx-result-processor"),
    ("verisk.events.raw", "verisk-event-ingester"),
    ("verisk.events.raw", "verisk-delta-events-worker"),
    ("verisk.enrichment.pending", "verisk-enrichment-worker"),
    ("verisk.downloads.pending", "verisk-download-worker"),
    ("verisk.downloads.cached", "verisk-upload-worker"),
    ("verisk.downloads.results", "verisk-result-processor"),
    ("claimx.mitigation.pending", "plugins-mitigation-tracking-worker"),
    ("itel.cabinet.pending", "plugins-itel-cabinet-tracking-worker"),
    ("itel.cabinet.completed", "plugins-itel-cabinet-api-worker"),
    ("plugins.task_notices.pending", "plugins-plugin-action-worker"),
)
ABOUT = (  # of each project: what happened, and to what
    ("PROJECT_CREATED", {}),
    ("POLICYHOLDER_JOINED", {}),
    ("VIDEO_COLLABORATION_COMPLETED", {"video_collaboration_id": "v-{}-1"}),
    *(("PROJECT_FILE_ADDED", {"media_id": f"m-{{}}-{number}"}) for number in (1, 2, 3)),
    *(("CUSTOM_TASK_COMPLETED", {"task_assignment_id": f"t-{{}}-{number}"}) for number in (1, 2, 3)),
)
REPORTS = 6
CLAIMX_FILES = {
    f"claimx/{project}/m-{project}-{number}/{name}": data.path(project, f"m-{project}-{number}", name)
    for project in data.PROJECTS
    for number, (name, _) in enumerate(data.FILES, start=1)
}
VERISK_FILES = [f"/files/verisk/{number}.{kind}" for number in range(REPORTS) for kind in ("pdf", "jpg")]


def claimx_events() -> list[dict]:
    return [
        {
            "event_id": f"e-{project}-{number}",
            "event_type": kind,
            "project_id": project,
            "ingested_at": "2025-03-04T05:06:07Z",
            **{key: value.format(project) for key, value in about.items()},
        }
        for number, (kind, about) in enumerate(ABOUT)
        for project in data.PROJECTS
    ]


def verisk_events(file_host: str) -> list[dict]:
    return [_report(number, file_host) for number in range(REPORTS)]


def _report(number: int, file_host: str) -> dict:
    attachments = [file_host + link(path) for path in VERISK_FILES[2 * number : 2 * number + 2]]
    return {
        "type": "verisk.claims.property.xn.documentsReceived",
        "version": "1.0",
        "utcDateTime": "2025-03-04T05:06:07Z",
        "traceId": f"trace-{number}",
        "eventId": f"x-{number}",
        "data": json.dumps({"assignmentId": f"A-{number}", "attachments": attachments}),
    }


def entity_rows_are_those_of_one_run(table) -> None:
    """Rows that follow from the events alone."""
    projects = data.PROJECTS
    three = [(project, number) for project in projects for number in (1, 2, 3)]
    assert table("claimx_events", "event_id") == sorted(one["event_id"] for one in claimx_events())
    assert table("claimx_projects", "project_id") == sorted(projects)
    assert table("claimx_contacts", "contact_id") == sorted(f"c-{p}-{n}" for p in projects for n in (1, 2))
    assert table("claimx_media", "media_id") == sorted(f"m-{p}-{n}" for p, n in three)
    assert table("claimx_tasks", "assignment_id") == sorted(f"t-{p}-{n}" for p, n in three)
    assert table("claimx_task_templates", "template_id") == ["cabinets-3", "mitigation-1"]
    assert table("claimx_external_links", "link_id") == sorted(f"l-t-{p}-{n}" for p, n in three)
    assert table("claimx_video_collab", "collaboration_id") == sorted(f"v-{p}-1" for p in projects)
    assert table("xact_events", "event_key") == [f"x-{number}" for number in range(REPORTS)]


async def send_twice(pipeline, claimx: list[dict], verisk: list[dict]) -> None:
    for event in (*claimx, *claimx):
        await pipeline.send("claimx.events.raw", event, key=event["project_id"].encode())
    for event in (*verisk, *verisk):
        await pipeline.send("verisk.events.raw", event, key=event["traceId"].encode())
