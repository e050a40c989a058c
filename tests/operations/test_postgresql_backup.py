"""Back-ups on PostgreSQL, by its own tools."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from migration_tracker.operations.backup import postgresql
from tests.conftest import ROOT, lacking
from tests.stack.postgresql import NoPostgreSQL, PostgreSQL, new_database

PROGRAM = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from migration_tracker.accounts import services
services.first_sign_in()
"""


def manage(url: str, folder: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    environment = {
        "DATABASE_URL": url,
        "TRACKER_DATA_DIR": str(folder),
        "CELERY_BROKER_URL": "filesystem://localhost",
    }
    environment |= {"DJANGO_SETTINGS_MODULE": "migration_tracker.settings"}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.long
def test_a_back_up_is_put_back_with_its_audit_trail_whole_and_guarded(tmp_path: Path):
    """Its short form is the same on SQLite, in test_backup.py."""
    try:
        with PostgreSQL() as cluster:
            back_up_and_restore(cluster, tmp_path)
    except NoPostgreSQL as reason:
        lacking(str(reason))


def back_up_and_restore(cluster: PostgreSQL, tmp_path: Path) -> None:
    url, other = new_database(cluster.url()), new_database(cluster.url())
    file = tmp_path / "tracker.dump"
    filled = manage(url, tmp_path / "one", "-c", PROGRAM)
    assert filled.returncode == 0, filled.stderr
    taken = manage(url, tmp_path / "one", "manage.py", "backup", file)
    assert taken.returncode == 0, taken.stderr

    refused = manage(url, tmp_path / "one", "manage.py", "restore", file)
    assert refused.returncode == 1
    assert "The database is not empty" in refused.stderr
    for target, more in ((other, ()), (url, ("--replace",))):
        restored = manage(target, tmp_path / "two", "manage.py", "restore", file, *more)
        assert restored.returncode == 0, restored.stderr
        assert "entries, untouched" in restored.stdout
        assert "audit guard: the database refuses to alter the audit trail" in restored.stdout
        verified = manage(target, tmp_path / "two", "manage.py", "verify_audit")
        assert verified.returncode == 0, verified.stdout
    for statement in (
        "UPDATE audit_entry SET sentence = ''",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry CASCADE",
    ):
        with psycopg.connect(other) as connection, pytest.raises(psycopg.Error, match="append-only"):
            connection.execute(statement)

    file.write_bytes(file.read_bytes()[:2000])
    damaged = manage(other, tmp_path / "two", "manage.py", "restore", file, "--replace")
    assert damaged.returncode == 1
    assert "Traceback" not in damaged.stderr
    assert "was not restored, and the database is as it was" in damaged.stderr
    assert manage(other, tmp_path / "two", "manage.py", "verify_audit").returncode == 0


def test_the_tools_ask_of_the_server_what_the_tracker_asks_of_it():
    parameters = {
        "host": "db",
        "password": "p",
        "sslmode": "verify-full",
        "sslrootcert": "/ca",
        "options": "-c x",
    }
    assert postgresql.environment(parameters) == {
        "PGHOST": "db",
        "PGPASSWORD": "p",
        "PGSSLMODE": "verify-full",
        "PGSSLROOTCERT": "/ca",
    }
