"""Real job processes on a test's own database and queue."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

from django.conf import settings
from django.db import connection

from migration_tracker.smoke.models import SmokeRun
from migration_tracker.supervisor.program import QUEUES

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 90


@contextmanager
def job_process(queue: str) -> Iterator["subprocess.Popen[bytes]"]:
    """A Celery worker on one queue, as the supervisor starts it, killed with all it started."""
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "celery", "--app", "migration_tracker.celery", "--quiet", "worker"),
            *("--queues", queue, "--hostname", f"{queue}@%h", *QUEUES[queue]),
            *("--without-gossip", "--without-mingle"),
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


def database_url() -> str:
    """The test database's address for other processes."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{name}"


def wait_until(condition: Callable[[], bool], meanwhile: Callable[[], None] = lambda: None) -> None:
    deadline = monotonic() + PATIENCE
    while not condition():
        assert monotonic() < deadline, [
            str(run) + f" {run.state} {run.result}" for run in SmokeRun.objects.all()
        ]
        meanwhile()
        sleep(0.1)
