"""Every part of the tracker is killed at random while smoke runs are under way: each run ends exactly once.

On the stack the tests run on: SQLite and the file-system queue, or PostgreSQL and Redis (`python -m
tests.stack`), where connections to the database are cut as well. CHAOS_SEED repeats a course, CHAOS_RUNS
makes the whole form shorter:

    CHAOS_RUNS=20 python -m pytest -n 0 -m long tests/smoke/test_chaos.py
"""

import json
import os
import signal
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from http.client import HTTPException
from pathlib import Path
from random import Random
from threading import Event, Thread
from time import monotonic, sleep
from urllib.request import Request, urlopen

import pytest
from django.conf import settings
from django.db import connection

from migration_tracker.accounts import tokens
from migration_tracker.accounts.models import Scope, User
from migration_tracker.audit.models import Entry
from migration_tracker.inventory import services as inventory
from migration_tracker.inventory.tasks import run_scan
from migration_tracker.jobs import MOST_ATTEMPTS, State
from migration_tracker.smoke.models import Result, SmokeRun
from migration_tracker.supervisor.door import address, open_door
from migration_tracker.supervisor.program import Service, tracker
from tests.conftest import commit, git
from tests.smoke.processes import ROOT, database_url

PATIENCE = 900  # seconds for all of it
TELL_EVERY = 15.0  # seconds
LONGEST_CALM = 30.0  # seconds between two kills
WORKER = """
import signal

signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
print("ready", flush=True)
signal.sigwait({signal.SIGTERM})
"""
DEFINITION = """
name = "Many quiet workers"
[legacy]
symbols = ["old.Client"]
[replacement]
symbols = ["new.client"]
[workers]
root = "workers"
include = ["workers/*_worker.py"]
[smoke]
command = ["python", "workers/{worker}.py"]
proves = "ready"
"""

pytestmark = [
    pytest.mark.broker,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


class Tracker:
    """The services of a whole tracker on this test's database and queue; each that is killed comes back."""

    def __init__(self, door: int, services: tuple[Service, ...]) -> None:
        self._door, self.services = door, services
        self._running = {service.name: self._start(service) for service in services}

    def kill(self, service: Service) -> None:
        os.killpg(self._running[service.name].pid, signal.SIGKILL)
        self._running[service.name].wait()
        self._running[service.name] = self._start(service)

    def close(self) -> None:
        for process in self._running.values():
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _start(self, service: Service) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            service.command,
            cwd=ROOT,
            env=os.environ
            | {
                "DJANGO_SETTINGS_MODULE": "tests.smoke.chaos_settings",
                "DATABASE_URL": database_url(),
                "TRACKER_DATA_DIR": str(settings.DATA_DIR),
            },
            start_new_session=True,
            pass_fds=service.files,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


@pytest.fixture
def many(tmp_path: Path) -> Callable[[int], str]:
    """Registers and scans a repository with so many workers; the key of the migration."""

    def make(number: int) -> str:
        folder = tmp_path / "many"
        (folder / "workers").mkdir(parents=True)
        spelled = ""
        for one in range(number):
            name = f"n{one:03}_worker"
            (folder / "workers" / f"{name}.py").write_text(f'"""Number {one}."""\n{WORKER}')
            spelled += f'[smoke.workers."{name}"]\ntopics_read = ["t"]\nready = {{ log = "ready" }}\n'
        (folder / "migration.toml").write_text(DEFINITION + spelled)
        git(folder, "init", "--quiet", "--initial-branch", "main")
        commit(folder)
        migration = inventory.register(folder, by=None)
        run_scan(inventory.request_scan(migration, by=None).pk)
        assert migration.workers.count() == number
        return migration.key

    return make


@contextmanager
def asking(address: str, key: str, names: list[str], secret: str) -> Iterator[set[int]]:
    """Ask for a run of each worker over the API, again where no answer came; the ids that were promised."""
    promised: set[int] = set()
    over = Event()

    def ask() -> None:
        for name in names:
            body = json.dumps({"worker": name, "transports": ["kafka"]}).encode()
            headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
            url = f"{address}/api/v1/migrations/{key}/smoke"
            while not over.is_set():
                with (
                    suppress(OSError, ValueError, HTTPException),  # the last: an answer that breaks off
                    urlopen(Request(url, body, headers), timeout=10) as answer,
                ):
                    promised.update(json.load(answer)["ids"])
                    break
                sleep(0.2)

    thread = Thread(target=ask, daemon=True)
    thread.start()
    try:
        yield promised
    finally:
        over.set()
        thread.join()


def cut_a_connection(random: Random) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
        )
        if others := [pid for (pid,) in cursor.fetchall()]:
            cursor.execute("select pg_terminate_backend(%s)", [random.choice(others)])


@pytest.mark.parametrize(
    ("number", "kills"),
    [
        pytest.param(10, 4, id="short"),
        pytest.param(
            int(os.environ.get("CHAOS_RUNS", "200")),
            1000,
            id="whole",
            marks=[pytest.mark.long, pytest.mark.timeout(PATIENCE + 60)],
        ),
    ],
)
def test_every_run_ends_once_whatever_is_killed(
    many: Callable[[int], str],
    person: Callable[..., User],
    capsys: pytest.CaptureFixture[str],
    number: int,
    kills: int,
):
    seed = int(os.environ.get("CHAOS_SEED", "28"))
    random, killed, began = Random(seed), Counter[str](), monotonic()
    next_at, next_by, tell_at = 0, began, began
    key = many(number)
    _, secret = tokens.make(person("lea", "lead"), name="chaos", scopes=[Scope.RUN], days=1)
    names = [f"n{one:03}_worker" for one in range(number)]
    with ExitStack() as stack:
        door = stack.enter_context(closing(open_door_anywhere()))
        services = tuple(one for one in tracker(door).services if one.name != "notifications")
        running = stack.enter_context(closing(Tracker(door.fileno(), services)))
        promised = stack.enter_context(asking(address(door), key, names, secret))
        victims: list[Service | None] = [*services, *([None] if connection.vendor == "postgresql" else [])]
        while (
            SmokeRun.objects.filter(state=State.DONE).count() < number or SmokeRun.objects.active().exists()
        ):
            assert monotonic() - began < PATIENCE, Counter(SmokeRun.objects.values_list("state", "attempt"))
            sleep(random.uniform(0, 2))
            done = SmokeRun.objects.filter(state=State.DONE).count()
            if monotonic() >= tell_at:
                tell_at = monotonic() + TELL_EVERY
                with capsys.disabled():
                    print(
                        f"{monotonic() - began:.0f} s: {done} of {number} done, {killed.total()} kills",
                        flush=True,
                    )
            if killed.total() >= kills or done > 0.9 * number:
                continue  # let the last ones come to an end
            if done < next_at and monotonic() < next_by:
                continue  # services take long to start on a busy machine: let something get done
            next_at, next_by = done + random.randint(1, 5), monotonic() + LONGEST_CALM
            if (victim := random.choice(victims)) is None:
                cut_a_connection(random)
            else:
                running.kill(victim)
            killed[victim.name if victim else "a connection"] += 1
    runs = list(SmokeRun.objects.defer("log"))
    endings = Counter(entry.detail["run"] for entry in Entry.objects.filter(action="smoke.finished"))
    figures = {
        "runs": len(runs),
        "killed": dict(killed),
        "results": dict(Counter(run.result for run in runs)),
        "attempts": dict(sorted(Counter(run.attempt for run in runs).items())),
        "seconds": round(monotonic() - began),
        "database": connection.vendor,
        "queue": settings.CELERY_BROKER_URL.partition(":")[0],
        "seed": seed,
    }
    print(json.dumps(figures))
    assert promised <= {run.pk for run in runs}, "what was promised is there"
    assert endings == dict.fromkeys((run.pk for run in runs), 1), figures
    assert all(run.result == Result.PASSED or run.attempt == MOST_ATTEMPTS for run in runs), figures


def open_door_anywhere():
    """The pages' port: any that is free."""
    for port in range(20_000 + os.getpid() % 20_000, 65_000):
        with suppress(Exception):
            return open_door(str(port))
    raise AssertionError("no port is free")
