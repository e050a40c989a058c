"""Each fault of docs/runbook.md, made for real: doctor names it, its remedy mends it."""

import json
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest
from django.conf import settings as present
from django.core import signing
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.test import Client
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from migration_tracker.accounts import services as accounts
from migration_tracker.accounts.oidc import configuration
from migration_tracker.audit.models import Entry
from migration_tracker.inventory import adding
from migration_tracker.inventory import services as inventory
from migration_tracker.inventory.adding import Place
from migration_tracker.inventory.models import Migration, Scan
from migration_tracker.inventory.tasks import poll_one, run_scan
from migration_tracker.jobs import State
from migration_tracker.operations.checks import database, machine, queue, signing_in
from migration_tracker.operations.checks.repositories import repositories
from migration_tracker.operations.diagnosis import Diagnosis
from migration_tracker.operations.work import kinds
from tests.conftest import ROOT
from tests.fetching.conftest import Served, served
from tests.inventory.test_adding import credentials, origin, remote
from tests.operations.conftest import until
from tests.operations.test_backup import Installation

__all__ = ["credentials", "origin", "remote", "served"]

RUNBOOK = ROOT / "docs" / "runbook.md"
committed = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def doctor(installation: Installation) -> dict[str, dict]:
    """What it says of each subject; the exit code agrees with it."""
    done = installation.run("doctor", "--format", "json")
    answer = json.loads(done.stdout)
    assert done.returncode == (0 if answer["well"] else 1)
    assert answer["well"] == all(one["well"] for one in answer["checks"])
    return {one["subject"]: one for one in answer["checks"]}


def said(found: Diagnosis) -> str:
    """The text of what is unwell, which must hold a remedy."""
    assert not found.well
    assert found.remedy
    return f"{found.summary}: {found.detail}"


def test_each_fault_of_the_runbook_is_made_by_a_test_of_its_name():
    named = re.findall(r"^Test: `(test_\w+)`$", RUNBOOK.read_text(), re.MULTILINE)
    faults = re.findall(r"^## (.+)$", RUNBOOK.read_text(), re.MULTILINE)
    assert len(named) == len(faults) >= 10
    assert set(named) == {name for name in globals() if name.startswith("test_")} - {
        "test_each_fault_of_the_runbook_is_made_by_a_test_of_its_name",
        "test_doctor_says_in_a_terminal_what_is_wrong_and_what_to_do",
        "test_a_real_beat_is_seen_to_start_things",
    }


def test_doctor_says_in_a_terminal_what_is_wrong_and_what_to_do(tmp_path: Path):
    done = Installation(tmp_path).run("doctor")
    assert done.returncode == 1
    assert re.search(r"^✓ git: git version", done.stdout, re.MULTILINE)
    assert re.search(r"^✗ migrations: \d+ migrations are not applied$", done.stdout, re.MULTILINE)
    assert re.search(r"^ +→ Make a back-up, then: .+ migrate$", done.stdout, re.MULTILINE)
    assert done.stderr == ""


def test_the_database_does_not_answer(tmp_path: Path, unused_tcp_port: int):
    url = f"postgres://tracker:canary-Passw0rd@127.0.0.1:{unused_tcp_port}/tracker"
    away = Installation(tmp_path, DATABASE_URL=url)
    found = doctor(away)
    assert not found["database"]["well"]
    assert str(unused_tcp_port) in found["database"]["detail"]
    assert found["git"]["well"]
    assert "audit trail" not in found
    assert "canary" not in json.dumps(found)
    assert not found["secret key"][
        "well"
    ]  # other hosts may share that database, and the key is this host's own


def test_the_shared_cache_is_away(tmp_path: Path, unused_tcp_port: int):
    assert doctor(Installation(tmp_path))["cache"]["well"]
    away = Installation(tmp_path, CACHE_URL=f"rediscache://:canary-Passw0rd@127.0.0.1:{unused_tcp_port}/0")
    found = doctor(away)
    assert not found["cache"]["well"]
    assert "CACHE_URL" in found["cache"]["remedy"]
    assert "canary" not in json.dumps(found)


@committed
def test_the_database_is_locked(tmp_path: Path):
    if connection.vendor != "sqlite":
        pytest.skip("SQLite has one lock for all writes, PostgreSQL has not")
    connection.close()
    options = connection.settings_dict["OPTIONS"]
    patience, options["timeout"] = options["timeout"], 0.2
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        assert "locked" in said(database.writable())
        other.execute("ROLLBACK")
        assert database.writable().well
    finally:
        other.close()
        connection.close()
        options["timeout"] = patience


@committed
def test_the_broker_does_not_answer(no_broker, sample: Path):
    migration = inventory.register(sample, by=None)
    scan = inventory.request_scan(migration, by=None)
    answer = queue.broker()
    assert "does not answer" in said(answer)
    assert "canary" not in said(answer)
    scan.refresh_from_db()
    assert scan.state == State.QUEUED  # what was asked for is kept
    no_broker()
    assert queue.broker().well


@committed
def test_jobs_wait_and_nothing_happens(sample: Path, job_process, client: Client, settings):
    settings.METRICS_TOKEN = "let-me-in"
    migration = inventory.register(sample, by=None)
    scan = inventory.request_scan(migration, by=None)
    Scan.objects.update(requested_at=timezone.now() - timedelta(minutes=20))
    assert "inventory.scan for 20 min" in said(queue.waiting())
    assert "no job process answers" in said(queue.taken())
    told = client.get("/metrics", headers={"Authorization": "Bearer let-me-in"}).content.decode()
    oldest = re.search(r'tracker_jobs_oldest_seconds{.*state="queued",task="inventory.scan"} (\S+)', told)
    assert float(oldest[1]) > 1199

    log = job_process(*sorted({kind.queue for kind in kinds()}))
    until(lambda: Scan.objects.get(pk=scan.pk).state == State.DONE, log.read_text)
    assert queue.waiting().well
    until(lambda: queue.taken().well, log.read_text)


@pytest.mark.django_db
def test_nothing_is_started_by_the_clock():
    assert "nothing was started by the clock so far" in said(queue.scheduled())
    every = IntervalSchedule.objects.create(every=30, period=IntervalSchedule.SECONDS)
    task = PeriodicTask.objects.create(
        name="t", task="t", interval=every, last_run_at=timezone.now() - timedelta(minutes=10)
    )
    assert "nothing was started by the clock since" in said(queue.scheduled())
    task.last_run_at = timezone.now()
    task.save()
    assert queue.scheduled().well


@pytest.mark.long
@committed
def test_a_real_beat_is_seen_to_start_things(job_process):
    log = job_process(service="beat", LOG_LEVEL="DEBUG")
    until(lambda: "Sending due task" in log.read_text(), log.read_text)
    job_process.end(signal.SIGTERM)
    assert queue.scheduled().well


def test_the_disk_is_full(tmp_path: Path):
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", small],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"a small disk cannot be mounted: {mounted.stderr.strip()}")
    try:
        installation = Installation(small)
        failed = installation.run("migrate", "--verbosity=0")
        assert failed.returncode == 1
        assert re.fullmatch(r"manage.py: the database: .*(disk is full|disk I/O error)\n", failed.stderr)
        found = doctor(installation)["disk"]
        assert "full" in found["summary"]
        assert "prune" in found["remedy"]
    finally:
        subprocess.run(["umount", "--lazy", small], check=True)


@pytest.mark.django_db
def test_the_clock_is_wrong(monkeypatch):
    assert machine.clock().well
    with monkeypatch.context() as ahead:
        later = timezone.now() + timedelta(hours=1)
        ahead.setattr(Entry._meta.get_field("at"), "_get_default", lambda: later)
        accounts.first_sign_in()
    assert "in the future" in said(machine.clock())


@pytest.mark.django_db
def test_git_is_missing(scanned: Callable[[], None], monkeypatch, tmp_path: Path):
    scanned()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "git cannot be run" in said(machine.git())
    scanned()
    assert "git" in Scan.objects.latest("pk").error
    monkeypatch.undo()
    assert machine.git().well


def test_the_secret_key_was_lost(tmp_path: Path):
    installation = Installation(tmp_path)
    assert doctor(installation)["secret key"]["well"]
    kept = tmp_path / "secret_key"
    before = kept.read_text()
    signed = signing.dumps("who is signed in", key=before)

    kept.unlink()  # the next start makes another, which knows nothing that the first has signed
    doctor(installation)
    with pytest.raises(signing.BadSignature):
        signing.loads(signed, key=kept.read_text())

    kept.write_text(before)
    kept.chmod(0o644)
    found = doctor(installation)["secret key"]
    assert found["summary"] == "others can read it"
    assert found["remedy"] == f"chmod 600 {kept}"
    assert signing.loads(signed, key=kept.read_text()) == "who is signed in"


@pytest.mark.django_db
def test_the_identity_provider_does_not_answer(
    person, client: Client, settings, unused_tcp_port: int, caplog: pytest.LogCaptureFixture
):
    person("root", "administrator")
    issuer = f"http://127.0.0.1:{unused_tcp_port}"
    settings.OIDC = configuration.read(
        issuer=issuer, client_id="t", client_secret="t", name="Acme", scopes="openid", groups_claim="groups",
        groups="", session_hours=12,
    )  # fmt: skip
    answer = client.get("/sign-in/oidc/")
    assert answer.status_code == 503
    assert "nobody can sign in by it now" in answer.text
    assert str(unused_tcp_port) in caplog.text
    found = signing_in.provider()
    assert str(unused_tcp_port) in said(found)
    assert "way_in NAME" in found.remedy
    told = StringIO()
    call_command("way_in", "root", stdout=told)
    client.post(urlsplit(told.getvalue().split()[0]).path)
    assert client.get("/people/").status_code == 200

    described = {"issuer": issuer} | dict.fromkeys(
        ("authorization_endpoint", "token_endpoint", "jwks_uri"), f"{issuer}/there"
    )
    with pages_at(unused_tcp_port, {"/.well-known/openid-configuration": described}):
        assert signing_in.provider().well
        assert client.get("/sign-in/oidc/").status_code == 302


@contextmanager
def pages_at(port: int, pages: dict[str, object]) -> Iterator[None]:
    """A server on a port that answers with JSON."""

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(pages[self.path]).encode())

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", port), Pages) as server:
        thread = Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.django_db
def test_a_repository_cannot_be_read(scanned: Callable[[], None], sample: Path, client: Client, settings):
    settings.METRICS_TOKEN = "let-me-in"
    scanned()
    assert repositories().well
    sample.rename(sample.with_name("moved"))
    run_scan(inventory.request_scan(Migration.objects.get(), by=None).pk)
    assert "its folder is gone" in said(repositories())
    told = client.get("/metrics", headers={"Authorization": "Bearer let-me-in"}).content.decode()
    assert re.search(r"^tracker_scan_failed{.*} 1.0$", told, re.MULTILINE)

    sample.with_name("moved").rename(sample)
    run_scan(inventory.request_scan(Migration.objects.get(), by=None).pk)
    assert repositories().well


@pytest.mark.django_db
def test_a_repositorys_host_does_not_answer(remote: str, credentials: Path, served: Served, tmp_path: Path):
    migration = adding.add(Place.of(remote, "host"), by=None)
    run_scan(inventory.request_scan(migration, by=None).pk)
    assert repositories().well
    repository = tmp_path / "served" / "origin.git"
    repository.rename(tmp_path / "away")
    poll_one(migration.pk)
    run_scan(Scan.objects.active().get().pk)
    assert migration.key in said(repositories())
    assert "canary" not in said(repositories())

    (tmp_path / "away").rename(repository)
    run_scan(inventory.request_scan(migration, by=None).pk)
    assert repositories().well


@pytest.mark.django_db
def test_a_stand_in_broker_cannot_be_started(monkeypatch):
    assert machine.stand_ins().well
    monkeypatch.setitem(sys.modules, "proton", None)  # as where it could not be compiled
    assert "python-qpid-proton" in said(machine.stand_ins())


@committed
def test_the_audit_trail_was_tampered_with():
    accounts.first_sign_in()
    assert database.guarded().well
    assert database.untouched().well
    entry = Entry.objects.first()
    with connection.cursor() as cursor:
        table = "" if connection.vendor == "sqlite" else " ON audit_entry"
        cursor.execute(f"DROP TRIGGER entries_are_not_altered{table}")
    assert "missing: entries_are_not_altered" in said(database.guarded())
    Entry.objects.filter(pk=entry.pk).update(sentence="did nothing")
    assert "tampered" in said(database.untouched())
    Entry.objects.filter(pk=entry.pk).update(sentence=entry.sentence)
    call_command("guard_audit", stdout=StringIO())
    assert database.guarded().well
    assert database.untouched().well
    with pytest.raises(DatabaseError, match="append-only"):
        Entry.objects.filter(pk=entry.pk).update(sentence="did nothing")
    assert Entry.objects.filter(action="guard.restored").count() == 1


@pytest.mark.django_db
def test_pages_come_without_style(settings, tmp_path: Path):
    settings.STATIC_ROOT = str(tmp_path)
    assert "staticfiles.json" in said(machine.static_files())
    settings.STORAGES = {
        **present.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    assert machine.static_files().well
    shutil.rmtree(tmp_path / "vendor")
    assert "missing:" in said(machine.static_files())
