"""A job process killed in the middle of its runs loses none of them."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import pytest
from django.conf import settings
from django.db import connection

from migration_tracker.audit import queries as audit
from migration_tracker.inventory.models import Worker
from migration_tracker.jobs import State
from migration_tracker.smoke import services, tasks
from migration_tracker.smoke.models import SmokeRun

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 90

pytestmark = [pytest.mark.broker, pytest.mark.django_db(transaction=True, serialized_rollback=True)]


def database_url() -> str:
    """The test database's address for other processes."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{name}"


@contextmanager
def job_process() -> Iterator["subprocess.Popen[bytes]"]:
    """A real Celery worker on this test's database and queue, killed with all it started."""
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "celery", "--app", "migration_tracker.celery", "--quiet", "worker"),
            *("--pool", "prefork", "--concurrency", "2", "--without-gossip", "--without-mingle"),
        ],
        cwd=ROOT,
        env=os.environ
        | {
            "DJANGO_SETTINGS_MODULE": "migration_tracker.settings",
            "DATABASE_URL": database_url(),
            "TRACKER_DATA_DIR": str(settings.DATA_DIR),
        },
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_until(condition: Callable[[], bool], meanwhile: Callable[[], None] = lambda: None) -> None:
    deadline = monotonic() + PATIENCE
    while not condition():
        assert monotonic() < deadline, [
            str(run) + f" {run.state} {run.result}" for run in SmokeRun.objects.all()
        ]
        meanwhile()
        sleep(0.1)


def test_every_run_ends_once_though_the_job_process_was_killed(
    scanned: Callable[[], None], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(settings, "JOB_LOST_AFTER_SECONDS", 3)
    monkeypatch.setattr("migration_tracker.jobs.TAKEN_UP_WITHIN_SECONDS", 3)
    scanned()
    with job_process():
        for worker in Worker.objects.all():
            services.request(worker, ["kafka"], by=None)
        wait_until(lambda: SmokeRun.objects.filter(state=State.RUNNING).count() == 2)
    assert SmokeRun.objects.active().count() == 2, "they were killed before they could end"
    with job_process():
        wait_until(lambda: not SmokeRun.objects.active().exists(), meanwhile=tasks.reconcile)
    for run in SmokeRun.objects.all():
        assert (run.result, run.attempt) == ("passed", 2), run.reason
        endings = audit.about(run.worker).filter(action="smoke.finished")
        assert endings.count() == 1
