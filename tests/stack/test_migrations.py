"""An installation can be upgraded with what it holds, taken back again, and upgraded while it serves."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django_migration_linter import MigrationLinter

ROOT = Path(__file__).parents[2]

# What locks a table or breaks the code that still runs, and why that harms nobody.
BEFORE_THE_FIRST_RELEASE = "nobody runs a version from before it"
EXCEPTIONS = {
    "audit.0003_search": BEFORE_THE_FIRST_RELEASE,
    "checklists.0003_phase_waivers": BEFORE_THE_FIRST_RELEASE,
    "inventory.0003_owners": BEFORE_THE_FIRST_RELEASE,
    "inventory.0006_remotes": BEFORE_THE_FIRST_RELEASE,
    "smoke.0002_levels_and_occasions": BEFORE_THE_FIRST_RELEASE,
    "smoke.0003_attempts": BEFORE_THE_FIRST_RELEASE,
}


def test_a_filled_installation_goes_up_and_down_and_keeps_every_row(
    installation: Callable[[Path], dict[str, str]], tmp_path: Path
):
    done = subprocess.run(
        [sys.executable, "-m", "tests.stack.upgrade"],
        cwd=ROOT,
        env=os.environ | installation(tmp_path) | {"DJANGO_SETTINGS_MODULE": "migration_tracker.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    older, *later = told["rows"]
    assert len(older) > 20
    assert min(older.values()) > 0, "every table holds something"
    assert later == [older] * 3
    assert told["left"] == []


def ours() -> list[Migration]:
    migrations = MigrationLoader(None).disk_migrations.values()
    return [one for one in migrations if type(one).__module__.startswith("migration_tracker.")]


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite is not upgraded while it serves")
def test_no_migration_stops_a_running_site(capsys: pytest.CaptureFixture[str]):
    assert sorted(filter(None, map(harm, ours()))) == sorted(EXCEPTIONS)


def harm(migration: Migration) -> str:
    """The migration's name if code that still runs would fail after it, or wait for it."""
    linter = MigrationLinter(no_cache=True)
    linter.lint_migration(migration)
    locks = locks_to_index(linter.get_sql(migration.app_label, migration.name))
    return f"{migration.app_label}.{migration.name}" if linter.has_errors or locks else ""


def locks_to_index(statements: list[str]) -> bool:
    """Whether an index is made, without CONCURRENTLY, of a table that was there before."""
    sql = "\n".join(statements)
    made = set(re.findall(r'CREATE TABLE "(\w+)"', sql))
    return not set(re.findall(r'CREATE (?:UNIQUE )?INDEX "\w+" ON "(\w+)"', sql)) <= made


@pytest.mark.parametrize(
    ("statement", "locks"),
    [
        ('CREATE INDEX "due" ON "a_table" ("due");', True),
        ('CREATE UNIQUE INDEX "due" ON "a_table" ("due");', True),
        ('CREATE INDEX CONCURRENTLY "due" ON "a_table" ("due");', False),
        ('CREATE TABLE "a_table" ("due" date);\nCREATE INDEX "due" ON "a_table" ("due");', False),
    ],
)
def test_an_index_that_would_lock_a_table_is_noticed(statement: str, locks: bool):
    assert locks_to_index(statement.splitlines()) is locks
