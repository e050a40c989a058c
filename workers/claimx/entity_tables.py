"""The seven Delta tables of what the ClaimX API knows: which entities go where, and what tells rows apart."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from pydantic import create_model

from workers.claimx.entities import (
    Contact,
    Entity,
    ExternalLink,
    MediaRow,
    Project,
    Task,
    TaskTemplate,
    VideoCollaboration,
)
from workers.claimx.messages import EntityRows
from workers.messages import Identifier

NEWEST = "ingested_at"
"""Events may overtake each other: what an older one led to must not replace what a newer one did."""


class Told(Entity):
    """Which event led to a row, and when that came in; of no known time counts as the oldest."""

    event_id: Identifier
    ingested_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class EntityTable:
    """One Delta table; `field` of EntityRows holds its entities."""

    name: str
    field: str
    row: type[Entity]
    key: str


def _table(field: str, entity: type[Entity], key: str) -> EntityTable:
    row = create_model(f"{entity.__name__}AsTold", __base__=(entity, Told))
    return EntityTable(f"claimx_{field}", field, row, key)


TABLES = (
    _table("projects", Project, "project_id"),
    _table("contacts", Contact, "contact_id"),
    _table("media", MediaRow, "media_id"),
    _table("tasks", Task, "assignment_id"),
    _table("task_templates", TaskTemplate, "template_id"),
    _table("external_links", ExternalLink, "link_id"),
    _table("video_collab", VideoCollaboration, "collaboration_id"),
)


def by_table(rows: EntityRows) -> Iterator[tuple[EntityTable, tuple[Entity, ...]]]:
    """Each table that `rows` have something for, with its rows."""
    told = {"event_id": rows.event_id, "ingested_at": rows.ingested_at}
    for table in TABLES:
        if entities := getattr(rows, table.field):
            yield table, tuple(table.row.model_validate({**dict(entity), **told}) for entity in entities)
