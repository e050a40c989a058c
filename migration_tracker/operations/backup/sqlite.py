"""SQLite's own online back-up: page by page, while others write."""

from __future__ import annotations

import sqlite3
from collections.abc import Set
from contextlib import closing
from pathlib import Path

from django.db import connection

from migration_tracker.operations.backup.errors import BackupError

_LOCK_SECONDS = 20


def back_up(file: Path) -> None:
    with closing(_open(_database(), "ro")) as source, closing(sqlite3.connect(file)) as target:
        try:
            source.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")  # one file, complete by itself
        except sqlite3.Error as error:
            raise BackupError(f"SQLite could not back up {_database()}: {error}") from error


def restore(file: Path, known: Set[str]) -> None:
    with closing(_open(file, "ro")) as source:
        _check(source, file, known)
        with closing(sqlite3.connect(_database(), timeout=_LOCK_SECONDS)) as target:
            try:
                source.backup(target)
            except sqlite3.Error as error:
                raise BackupError(
                    f"{_database()} could not be written: {error}. Stop the tracker first."
                ) from error


def _check(source: sqlite3.Connection, file: Path, known: Set[str]) -> None:
    try:
        (flaw,) = source.execute("PRAGMA integrity_check(1)").fetchone()
        applied = {f"{app}.{name}" for app, name in source.execute("SELECT app, name FROM django_migrations")}
        source.execute("SELECT 1 FROM audit_entry LIMIT 1")
    except sqlite3.Error as error:
        raise BackupError(f"{file} is no back-up of a tracker on SQLite: {error}") from error
    if flaw != "ok":
        raise BackupError(f"{file} is damaged: {flaw}. Take an older back-up.")
    if later := sorted(applied - known):
        raise BackupError(
            f"{file} is of a later version of the tracker ({later[0]}). Install that one first."
        )


def _database() -> Path:
    return Path(connection.settings_dict["NAME"])


def _open(file: Path, mode: str) -> sqlite3.Connection:
    try:
        return sqlite3.connect(f"{file.absolute().as_uri()}?mode={mode}", uri=True, timeout=_LOCK_SECONDS)
    except sqlite3.Error as error:
        raise BackupError(f"{file} cannot be opened: {error}") from error
