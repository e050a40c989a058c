"""Which names in the trail hold a part of a name, found without reading the trail."""

from __future__ import annotations

from django.db import connection
from django.db.models import QuerySet

from migration_tracker.audit.models import Entry

FEW = 20
"""Names whose entries are gathered and sorted; where more names fit, the latest entries soon make a page."""

# From each name the index leads to the next, so that as many steps are taken as there are names.
_STEPS = """
    WITH RECURSIVE names(name) AS (
        SELECT min({column}) FROM {table}
        UNION ALL
        SELECT (SELECT min({column}) FROM {table} WHERE {column} > name) FROM names WHERE name IS NOT NULL
    )
    SELECT name FROM names WHERE name LIKE %s ESCAPE '\\' LIMIT %s
"""


def holding(entries: QuerySet[Entry], field: str, part: str) -> QuerySet[Entry]:
    """Those of `entries` whose name in `field` holds a part, whatever its case.

    Args:
        entries: out of which.
        field: a column with names that an index begins with.
        part: what is looked for.
    """
    anywhere = entries.filter(**{f"{field}__icontains": part})
    if connection.vendor != "sqlite":  # PostgreSQL has an index of the parts of names
        return anywhere
    escaped = part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    table, column = (connection.ops.quote_name(name) for name in (Entry._meta.db_table, field))
    with connection.cursor() as cursor:
        cursor.execute(_STEPS.format(table=table, column=column), [f"%{escaped}%", FEW + 1])
        names = [name for (name,) in cursor.fetchall()]
    return anywhere if len(names) > FEW else entries.filter(**{f"{field}__in": names})
