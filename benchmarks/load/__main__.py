"""Readers and writers on a whole tracker with PostgreSQL and Redis, each part of which is restarted.

    python -m benchmarks.load [--seconds 300] [--readers 100] [--writers 20] [--pause 5]

Everything is started for it, on loopback, as `make run` starts it. A reader asks for one page after another
and pauses between them as a person does; a writer ticks or unticks an item of its own with a note that occurs
once. At a fifth, two, three and four fifths of the time PostgreSQL, Redis, the web process and the job
process of scans are stopped and started. At the end every acknowledged note must be in the database, and
the audit trail untouched. Exit code 1 where a write was lost, something failed away from a restart, or a part
took more than ten seconds to come back.
"""

import argparse
import asyncio
import os
import random
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from benchmarks.arguments import count
from benchmarks.table import show
from tests.stack.postgresql import PostgreSQL, new_database
from tests.stack.redis import Redis

ROOT = Path(__file__).resolve().parents[1]
BACK_SECONDS = 10.0
START_SECONDS = 180.0
FORM = re.compile(r'name="seen" value="(\d+)">\s*<\w+ (?:type="hidden" )?name="ticked" value="(\d)"')
FAILURES = (aiohttp.ClientError, TimeoutError, OSError)


@dataclass
class Told:
    """What became of all requests: when each began and how long it took, in seconds since the start."""

    answers: list[tuple[float, float, str]] = field(default_factory=list)  # began, took, reader or writer
    failures: list[tuple[float, str]] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    restarts: list[tuple[float, str]] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    @property
    def now(self) -> float:
        return time.monotonic() - self.began

    def calm(self, moment: float) -> bool:
        """Whether nothing was restarted within the ten seconds before."""
        return not any(at <= moment < at + BACK_SECONDS for at, _ in self.restarts)

    def back(self, at: float) -> float:
        """How long after a restart the last failure came that it explains."""
        return max(
            (moment - at for moment, _ in self.failures if at <= moment < at + 3 * BACK_SECONDS), default=0.0
        )


class Tracker:
    """`make run`'s supervisor on these servers, in a session of its own."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.log = folder / "tracker.log"
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "migration_tracker.supervisor", "--end-with-parent"],
                cwd=ROOT,
                env=os.environ | environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait(self) -> str:
        """Its address, once the pages answer."""
        deadline = time.monotonic() + START_SECONDS
        while not (found := re.search(r"^Open (\S+)", self.log.read_text(), re.MULTILINE)):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"the tracker did not start:\n{self.log.read_text()[-2000:]}")
            time.sleep(0.1)
        return found[1]

    def end_child(self, mark: str) -> None:
        """End the process of its own whose command line has `mark`; the supervisor starts it again."""
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                command = (folder / "cmdline").read_text().replace("\0", " ")
                parent = int((folder / "stat").read_text().rpartition(") ")[2].split()[1])
                if mark in command and _is_below(parent, self._process.pid):
                    os.kill(int(folder.name), signal.SIGTERM)
                    return

    def end(self) -> None:
        self._process.send_signal(signal.SIGINT)
        self._process.wait(30)


def _is_below(pid: int, ancestor: int) -> bool:
    while pid > 1 and pid != ancestor:
        pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()[1])
    return pid == ancestor


async def read(
    told: Told, session: aiohttp.ClientSession, pages: list[str], until: float, pause: float
) -> None:
    await asyncio.sleep(random.uniform(0, pause))
    while told.now < until:
        began = told.now
        try:
            async with session.get(random.choice(pages)) as answer:
                await answer.read()
                if answer.status != 200:
                    told.failures.append((told.now, f"reading: {answer.status}"))
                else:
                    told.answers.append((began, told.now - began, "reader"))
        except FAILURES as error:
            told.failures.append((told.now, f"reading: {type(error).__name__}"))
        await asyncio.sleep(random.uniform(0.5, 1.5) * pause)


async def write(
    told: Told, session: aiohttp.ClientSession, page: str, name: str, until: float, pause: float
) -> None:
    await asyncio.sleep(random.uniform(0, pause))
    seen, ticked, number = "0", "1", 0
    while told.now < until:
        number += 1
        note, began = f"{name}-{number}", told.now
        data = {"ticked": ticked, "note": note, "seen": seen}
        try:
            async with session.post(page, data=data) as answer:
                text = await answer.text()
                if answer.status == 200:
                    told.acknowledged.append(note)
                    told.answers.append((began, told.now - began, "writer"))
                elif answer.status != 409:  # 409: the answer to the write before was lost, the write was not
                    told.failures.append((told.now, f"writing: {answer.status}"))
                if found := FORM.search(text):
                    seen, ticked = found.groups()
        except FAILURES as error:
            told.failures.append((told.now, f"writing: {type(error).__name__}"))
        await asyncio.sleep(random.uniform(0.5, 1.5) * pause)


async def restart(told: Told, after: float, what: str, how: Callable[[], None]) -> None:
    await asyncio.sleep(after)
    told.restarts.append((told.now, what))
    await asyncio.to_thread(how)


async def crowd(
    address: str,
    options: argparse.Namespace,
    pages: list[str],
    items: list[str],
    restarts: dict[str, Callable[[], None]],
) -> Told:
    cookies, token = await asyncio.to_thread(sign_in, options.readers + options.writers)
    told, sessions = Told(), []
    for cookie in cookies:
        session = aiohttp.ClientSession(
            base_url=address,
            cookies={"sessionid": cookie, "csrftoken": token},
            headers={"X-CSRFToken": token},
            timeout=aiohttp.ClientTimeout(total=30),
        )
        sessions.append(session)
    reading, writing = sessions[: options.readers], sessions[options.readers :]
    for session in writing:
        session.headers["HX-Request"] = "true"
    step = options.seconds / (len(restarts) + 1)
    await asyncio.gather(
        *(read(told, one, pages, options.seconds, options.pause) for one in reading),
        *(
            write(told, one, items[number], f"writer{number}", options.seconds, options.pause)
            for number, one in enumerate(writing)
        ),
        *(restart(told, step * (1 + n), what, how) for n, (what, how) in enumerate(restarts.items())),
    )
    for session in sessions:
        await session.close()
    return told


def sign_in(people: int) -> tuple[list[str], str]:
    """A session for each of so many engineers, and a token for their forms."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.auth.models import Group
    from django.contrib.sessions.backends.db import SessionStore

    from migration_tracker.accounts.models import User

    keys = []
    for number in range(people):
        user = User.objects.create(username=f"person{number}")
        user.groups.add(Group.objects.get(name="engineer"))
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        keys.append(str(session.session_key))
    return keys, secrets.token_hex(16)


def addresses() -> tuple[list[str], list[str]]:
    """Pages to read, and items to tick, each for one writer; waits for the first scans."""
    from django.urls import reverse

    from migration_tracker.inventory import queries
    from migration_tracker.inventory.models import Migration, Worker

    deadline = time.monotonic() + START_SECONDS
    while not all(queries.latest_scan(migration) for migration in Migration.objects.all()):
        if time.monotonic() > deadline:
            raise SystemExit("the first scans did not end")
        time.sleep(0.5)
    workers = list(Worker.objects.select_related("migration"))
    pages = [reverse("dashboard:migrations"), *(m.get_absolute_url() for m in Migration.objects.all())]
    pages += [worker.get_absolute_url() for worker in workers]
    names = ("create-consumer", "consume-loop", "one-message", "awaited")
    items = [
        f"{worker.get_absolute_url().rstrip('/')}/items/{item}/tick" for item in names for worker in workers
    ]
    return pages, items


def missing(notes: list[str]) -> list[str]:
    """The acknowledged notes that the database does not have."""
    from django.db import connection

    from migration_tracker.checklists.models import Tick

    connection.close()
    kept = set(Tick.objects.values_list("note", flat=True))
    return [note for note in notes if note not in kept]


def flaws() -> list[str]:
    from migration_tracker.audit import verification
    from migration_tracker.audit.models import Chain

    return [
        flaw
        for chain in Chain.objects.values_list("key", flat=True)
        if (flaw := verification.verify(chain).flaw)
    ]


def percentile(seconds: list[float], share: float) -> float:
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def report(told: Told, lost: list[str], flawed: list[str]) -> bool:
    """Print what was measured; whether all held."""
    rows = []
    for kind in ("reader", "writer"):
        for when, calm in (("away from restarts", True), ("within 10 s of one", False)):
            took = [t for began, t, who in told.answers if who == kind and told.calm(began) is calm]
            shown = [f"{1000 * percentile(took, share):.0f} ms" for share in (0.5, 0.95, 0.99)]
            rows.append([f"{kind}s, {when}", str(len(took)), *shown])
    show(["", "answers", "median", "p95", "p99"], rows)
    for at, what in told.restarts:
        print(f"{what} restarted at {at:.0f} s: failures until {told.back(at):.1f} s after")
    astray = [text for moment, text in told.failures if told.calm(moment)]
    print(f"{len(told.failures)} requests failed, {len(astray)} away from a restart: {sorted(set(astray))}")
    print(f"{len(told.acknowledged)} writes acknowledged, {len(lost)} lost; audit: {flawed or 'untouched'}")
    slow = [what for at, what in told.restarts if told.back(at) > BACK_SECONDS]
    return not (lost or flawed or astray or slow)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=count, default=300)
    parser.add_argument("--readers", type=count, default=100)
    parser.add_argument("--writers", type=count, default=20)
    parser.add_argument(
        "--pause", type=float, default=5.0, help="seconds between two requests of one, on average"
    )
    parser.add_argument("--port", type=count, default=8765)
    options = parser.parse_args(arguments)
    with PostgreSQL() as cluster, Redis() as queue, tempfile.TemporaryDirectory() as folder:
        environment = {
            "DATABASE_URL": new_database(cluster.url()),
            "CELERY_BROKER_URL": queue.url,
            "TRACKER_DATA_DIR": f"{folder}/data",
            "DJANGO_SETTINGS_MODULE": "migration_tracker.settings",
            "PORT": str(options.port),
        }
        os.environ.update(environment)
        tracker = Tracker(Path(folder), environment)
        try:
            address = tracker.wait()
            import django

            django.setup()
            pages, items = addresses()
            restarts = {
                "PostgreSQL": cluster.restart,
                "Redis": queue.restart,
                "web": lambda: tracker.end_child("gunicorn migration_tracker.wsgi"),
                "the job process of scans": lambda: tracker.end_child("--queues scans"),
            }
            told = asyncio.run(crowd(address, options, pages, items, restarts))
            held = report(told, missing(told.acknowledged), flaws())
        finally:
            tracker.end()
    print(f"load average at the end: {os.getloadavg()[0]:.1f}, processors: {os.cpu_count()}")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
