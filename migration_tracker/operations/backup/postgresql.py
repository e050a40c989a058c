"""PostgreSQL's own pg_dump and pg_restore; the password goes by the environment, never on a command line."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Set
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from migration_tracker.operations.backup.errors import BackupError

_VARIABLES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
}


def back_up(file: Path) -> None:
    _run("pg_dump", "--format=custom", "--no-owner", f"--file={file}")


def restore(file: Path, known: Set[str]) -> None:
    """In one transaction: after an error all is as before."""
    try:
        _run("pg_restore", "--list", str(file))
        _run(
            "pg_restore",
            *("--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error"),
            f"--dbname={connection.get_connection_params()['dbname']}",
            str(file),
        )
    except BackupError as error:
        raise BackupError(
            f"{file} was not restored, and the database is as it was. If the file is damaged, take an older"
            f" back-up. {error}"
        ) from None
    applied = {f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations()}
    if later := sorted(applied - known):
        raise BackupError(
            f"{file} is restored, but of a later version of the tracker ({later[0]}). Install that one before"
            " you start it."
        )


def _run(tool: str, *arguments: str) -> None:
    own = environment(connection.get_connection_params())
    try:
        done = subprocess.run(
            [tool, *arguments], env=os.environ | own, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        raise BackupError(
            f"{tool} is not installed; it is in PostgreSQL's client package (Debian: postgresql-client)."
        ) from None
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise BackupError(f"{tool}: {said[0].removeprefix(f'{tool}: ') if said else 'failed'}")


def environment(parameters: Mapping[str, Any]) -> dict[str, str]:
    """The tools' variables for what Django connects with; with what the server proves itself by, too."""
    return {name: str(parameters[key]) for key, name in _VARIABLES.items() if parameters.get(key)}
