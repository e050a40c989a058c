"""Back-ups: taken while others write, put back with the audit trail whole, refused where that would harm."""

import os
import re
import resource
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

from migration_tracker.accounts import services
from migration_tracker.operations.backup import BackupError, back_up, restore
from tests.conftest import ROOT

pytestmark = pytest.mark.xdist_group("backup")  # one migrated database for all of them
COUNT = "SELECT COUNT(*) FROM audit_entry"


class Installation:
    """An installation of the test's own, used by its command line only."""

    def __init__(self, folder: Path, **variables: str) -> None:
        self.folder = folder
        self.database = folder / "tracker.sqlite3"
        self._variables = {"TRACKER_DATA_DIR": str(folder), **variables}

    def run(self, *arguments: str | Path, **more) -> subprocess.CompletedProcess[str]:
        kept = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "CELERY_BROKER_URL")}
        kept |= {"DJANGO_SETTINGS_MODULE": "migration_tracker.settings"}
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=kept | self._variables,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            **more,
        )

    def ask(self, statement: str) -> list[tuple]:
        connection = sqlite3.connect(self.database, timeout=20)
        try:
            with connection:
                return connection.execute(statement).fetchall()
        finally:
            connection.close()


@contextmanager
def on(database: Path) -> Iterator[None]:
    """Django's connection leads to that database until the block ends."""
    connection.close()
    before, connection.settings_dict["NAME"] = connection.settings_dict["NAME"], str(database)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker) -> Installation:
    """An installation with a few entries in its audit trail."""
    if connection.vendor != "sqlite":
        pytest.skip("SQLite's own way; PostgreSQL's is in test_postgresql_backup.py")
    made = Installation(tmp_path_factory.mktemp("filled"))
    with django_db_blocker.unblock(), on(made.database):
        call_command("migrate", verbosity=0)
        services.first_sign_in()
        for name in ("ada", "sam"):
            services.make_person(name, "engineer")
    return made


@pytest.fixture
def here(filled: Installation, django_db_blocker: DjangoDbBlocker) -> Iterator[Installation]:
    """The same, with this process's connection on it."""
    with django_db_blocker.unblock(), on(filled.database):
        yield filled


@pytest.fixture
def taken(here: Installation, tmp_path: Path) -> Path:
    file = tmp_path / "tracker.backup"
    back_up(file)
    return file


@pytest.fixture
def writer(filled: Installation) -> Iterator[None]:
    """Somebody who writes all the while."""
    over = threading.Event()

    def write() -> None:
        number = 0
        while not over.wait(0.002):
            number += 1
            filled.ask(f"INSERT INTO django_session VALUES ('w{number}', 'x', '2030-01-01')")

    thread = threading.Thread(target=write)
    thread.start()
    yield
    over.set()
    thread.join()
    filled.ask("DELETE FROM django_session")


def test_a_back_up_taken_while_others_write_is_put_back_with_its_audit_trail_whole_and_guarded(
    filled: Installation, writer, tmp_path
):
    file = tmp_path / "tracker.backup"
    done = filled.run("backup", file)
    assert done.returncode == 0, done.stderr
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]

    other = Installation(tmp_path / "other")
    restored = other.run("restore", file)
    assert restored.returncode == 0, restored.stderr
    assert re.search(r"audit trail: [3-9] entries, untouched", restored.stdout)
    assert "audit guard: the database refuses to alter the audit trail" in restored.stdout
    assert other.ask(COUNT) == filled.ask(COUNT)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        other.ask("UPDATE audit_entry SET sentence = 'nothing'")


def test_a_database_with_something_in_it_is_replaced_only_when_told_to(here: Installation, taken: Path):
    before = here.ask(COUNT)
    with pytest.raises(BackupError, match="The database is not empty"):
        restore(taken)
    assert here.ask(COUNT) == before
    assert all(one.well for one in restore(taken, replace=True))


def cut_off(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def no_database(file: Path) -> None:
    file.write_text("not a database, but long enough to be read as one " * 100)


def anothers(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as other:
        other.execute("CREATE TABLE t (x)")


def later(file: Path) -> None:
    with closing(sqlite3.connect(file)) as other, other:
        other.execute("UPDATE django_migrations SET name = '9999_later' WHERE app = 'audit'")


@pytest.mark.parametrize("harm", [cut_off, no_database, anothers, later, Path.unlink])
def test_what_is_no_back_up_is_refused_and_nothing_is_changed(
    here: Installation, taken: Path, harm: Callable[[Path], None]
):
    before = here.ask(COUNT)
    harm(taken)
    with pytest.raises(BackupError, match=re.escape(str(taken))):
        restore(taken, replace=True)
    assert here.ask(COUNT) == before


def test_a_file_that_is_there_is_not_written_over(here: Installation, taken: Path):
    before = taken.read_bytes()
    with pytest.raises(BackupError, match="exists already"):
        back_up(taken)
    assert taken.read_bytes() == before


def test_a_full_disk_is_said_in_one_line_and_leaves_no_half_of_a_file(filled: Installation, tmp_path: Path):
    def small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    done = filled.run("backup", tmp_path / "tracker.backup", preexec_fn=small)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_an_audit_trail_that_was_tampered_with_is_noticed_when_it_is_put_back(
    here: Installation, taken: Path
):
    whole = taken.with_name("whole")
    shutil.copy(taken, whole)
    with closing(sqlite3.connect(taken)) as forged, forged:
        forged.execute("DROP TRIGGER entries_are_not_altered")
        forged.execute("UPDATE audit_entry SET sentence = 'nothing happened' WHERE position = 1")
    found = {one.subject: one for one in restore(taken, replace=True)}
    assert "tampered" in found["audit trail"].summary
    assert found["audit guard"].detail == "missing: entries_are_not_altered"
    assert all(one.well for one in restore(whole, replace=True))
