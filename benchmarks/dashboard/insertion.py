"""Rows by the hundred thousand: COPY on PostgreSQL, `executemany` on SQLite."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.db import connection, models, transaction


def insert(model: type[models.Model], columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> None:
    """Put rows into a model's table as they are, past its constructor, in one transaction.

    Args:
        model: whose table.
        columns: names of columns; the others get what the model says of a row that does not name them.
        rows: a value for each column; lists and dictionaries become JSON.
    """
    others = [
        field
        for field in model._meta.concrete_fields
        if field.column not in columns and not isinstance(field, models.AutoField)
    ]
    more = tuple(_plain(field.get_default()) for field in others)
    key_given = model._meta.pk.column in columns
    columns = (*columns, *(str(field.column) for field in others))
    names = ", ".join(map(connection.ops.quote_name, columns))
    table = connection.ops.quote_name(model._meta.db_table)
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row([*map(_plain, row), *more])
            key = model._meta.pk
            if key_given and isinstance(key, models.AutoField):
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence('{model._meta.db_table}', '{key.column}'), "
                    f"(SELECT max({key.column}) FROM {table}))"
                )
        else:
            marks = ", ".join("?" * len(columns))
            # Django's own cursor would look at each row once more.
            cursor.cursor.executemany(
                f"INSERT INTO {table} ({names}) VALUES ({marks})",
                ((*(_text(_plain(value)) for value in row), *map(_text, more)) for row in rows),
            )


def analyze() -> None:
    """Let the database look at what it holds, as it does by itself after a while."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _plain(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, list | dict) else value


def _text(value: Any) -> Any:
    """A moment as Django writes it into SQLite."""
    return str(value.astimezone(UTC).replace(tzinfo=None)) if isinstance(value, datetime) else value
