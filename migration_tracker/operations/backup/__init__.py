"""Back-ups of the database, taken while the tracker runs, and put back."""

from __future__ import annotations

import os
from pathlib import Path

from django.db import connection
from django.db.migrations.loader import MigrationLoader

from migration_tracker.operations.backup import postgresql, sqlite
from migration_tracker.operations.backup.errors import BackupError
from migration_tracker.operations.checks import database
from migration_tracker.operations.diagnosis import Diagnosis

__all__ = ["BackupError", "back_up", "restore"]

_WAYS = {"sqlite": sqlite, "postgresql": postgresql}


def back_up(file: Path) -> None:
    """Write the database into `file`, which only its owner may read: it holds all that the database does.

    Raises:
        BackupError: `file` exists already, or the database's own tool said no.
    """
    if file.exists():
        raise BackupError(f"{file} exists already; choose another name.")
    part = file.with_name(f".{file.name}.part")
    try:
        part.touch(mode=0o600)
        _WAYS[connection.vendor].back_up(part)
        part.replace(file)
    except OSError as error:
        raise BackupError(f"{file} cannot be written: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)


def restore(file: Path, *, replace: bool = False) -> list[Diagnosis]:
    """Put the database back as `file` has it.

    Args:
        file: what `back_up` has written, on a database of the same kind.
        replace: do so even though there is something in the database, which is then lost.

    Returns:
        What is found afterwards: migrations, the guard of the audit trail, the audit trail itself.

    Raises:
        BackupError: there is no such file, it is no back-up, or is of a later version, or something is in the
            database. Nothing is changed then.
    """
    if not os.access(file, os.R_OK):
        raise BackupError(f"{file} cannot be read.")
    if not replace and (count := _migrations_applied()):
        raise BackupError(
            f"The database is not empty ({count} migrations are applied). Back it up, stop the tracker, then"
            " say --replace."
        )
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    connection.close()
    _WAYS[connection.vendor].restore(file, known)
    return [database.migrated(), database.guarded(), database.untouched()]


def _migrations_applied() -> int:
    with connection.cursor() as cursor:
        if "django_migrations" not in connection.introspection.table_names(cursor):
            return 0
        cursor.execute("SELECT COUNT(*) FROM django_migrations")
        return int(cursor.fetchone()[0])
