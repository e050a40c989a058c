"""The repositories of the migrations: each can be read, and its latest scan went well."""

from __future__ import annotations

from pathlib import Path

from django.db import DatabaseError

from migration_tracker.inventory.models import Migration
from migration_tracker.inventory.queries import failed_scan
from migration_tracker.operations.diagnosis import Diagnosis, unwell, well


def repositories() -> Diagnosis:
    try:
        migrations = list(Migration.objects.all())
        gone = [one.key for one in migrations if not Path(one.location).is_dir()]
        failed = {one.key: scan.error for one in migrations if (scan := failed_scan(one))}
    except DatabaseError as error:
        return unwell(
            "repositories", "they could not be looked at", "See what is said of the database.", str(error)
        )
    told = [f"{key}: its folder is gone" for key in gone]
    told += [f"{key}: {error}" for key, error in failed.items() if key not in gone]
    if told:
        return unwell(
            "repositories",
            f"{len(told)} cannot be scanned",
            "Put the folder back, or mend what the error says; the next scan is asked for within a minute"
            " of a new commit, or by hand.",
            "; ".join(told),
        )
    return well("repositories", f"{len(migrations)} can be scanned")
