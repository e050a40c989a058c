"""Forty repositories with 800 workers in one installation: `python -m benchmarks.scale`.

    [--repositories 40] [--workers 20] [--runs 40] [--port 8766]

Everything is started for it on loopback: PostgreSQL, Redis, and what `make run` starts. The repositories are
made, registered by `manage.py register`, and scanned. Then smoke runs go by themselves, one worker of each
repository on the Kafka stand-in; then every repository is pushed to and its host's webhook tells of it, while
as many smoke runs of other workers are asked for over the API. Meanwhile the overview and one board are read.

Exit code 1 where a scan failed or found another number of workers of a status than were made, a run did not
pass, a page was not answered, the audit trail has a flaw, a statement was given up for a lock, or the first
smoke run waited for more than ten seconds while all repositories were scanned.
"""

from __future__ import annotations

import argparse
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks.arguments import count
from benchmarks.installation import ROOT, WEB, Tracker, below, cpu_seconds
from benchmarks.scale.asking import Person, Reader
from benchmarks.scale.repositories import Repository, make
from benchmarks.scale.watch import LOCK_SETTINGS, Watch, lock_waits, until
from benchmarks.table import show
from tests.stack.postgresql import PostgreSQL, new_database
from tests.stack.redis import Redis, own_database

PHASE_SECONDS = 3600.0
ROUNDS = 20
"""How often each page is asked for while nothing else goes on."""
FIRST_SECONDS = 10.0
ACCESS = "fleet"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.scale", description=__doc__.partition("\n")[0]
    )
    for name, default in (("repositories", 40), ("workers", 20), ("runs", 40), ("port", 8766)):
        parser.add_argument(f"--{name}", type=count, default=default)
    options = parser.parse_args(arguments)
    if options.runs > options.repositories:
        parser.error("--runs: at most one of each repository, so no more than --repositories")
    if options.workers < 3:
        parser.error("--workers: two of them are run, so at least 3")
    with ExitStack() as stack:
        cluster = stack.enter_context(PostgreSQL(LOCK_SETTINGS))
        queue = stack.enter_context(Redis())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        secret = secrets.token_hex(16)
        kept = folder / "data" / "credentials" / ACCESS
        kept.mkdir(parents=True)
        (kept / "webhook-secret").write_text(secret)
        environment = {
            "DATABASE_URL": new_database(cluster.url()),
            "CELERY_BROKER_URL": own_database(queue.url),
            "TRACKER_DATA_DIR": str(folder / "data"),
            "DJANGO_SETTINGS_MODULE": "migration_tracker.settings",
            "PORT": str(options.port),
        }
        os.environ.update(environment)
        tracker = Tracker(folder, environment, empty=True)
        stack.callback(tracker.end)
        address = tracker.wait()
        parts = {
            "": tracker.family,
            "PostgreSQL": lambda: below(cluster.pid),
            "Redis": lambda: below(queue.pid),
        }
        fleet = [make(folder / f"fleet-{n:02}", n, options.workers) for n in range(options.repositories)]
        watch = stack.enter_context(Watch(parts, environment["CELERY_BROKER_URL"]))
        trial = Trial(tracker, watch, fleet, address, secret, options.runs)
        trial.run()
        flaws = trial.report(cluster.log)
    print(f"load average at the end: {os.getloadavg()[0]:.1f}, processors: {os.cpu_count()}")
    for flaw in flaws:
        print(f"wrong: {flaw}", file=sys.stderr)
    return 1 if flaws else 0


class Trial:
    """The phases one after the other, and what each took."""

    def __init__(
        self,
        tracker: Tracker,
        watch: Watch,
        fleet: Sequence[Repository],
        address: str,
        secret: str,
        runs: int,
    ) -> None:
        from benchmarks.scale import told

        self._told = told.Told(fleet)
        self._tracker, self._watch, self._fleet = tracker, watch, fleet
        self._secret, self._runs = secret, runs
        name, password, token = told.somebody()
        self._person = Person(address, name, password, token)
        self._pages = {"overview": "/", "board": f"/m/{fleet[0].key}/"}
        self._readers: dict[str, Reader] = {}
        self._queues: dict[str, dict[str, int]] = {}
        self._page_cpu = 0.0

    def run(self) -> None:
        self._phase("first scans", self._register)
        self._calm()
        self._phase("smoke runs alone", lambda: self._ask_for_runs(0))
        self._phase("pushes and smoke runs", self._push)

    def _register(self) -> None:
        folders = [str(one.folder) for one in self._fleet]
        command = [sys.executable, "manage.py", "register", "--access", ACCESS, *folders]
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)

    def _ask_for_runs(self, which: int) -> None:
        for one in self._fleet[: self._runs]:
            self._person.run(one.key, one.runnable[which])

    def _push(self) -> None:
        for one in self._fleet:
            one.push()
        for one in self._fleet:
            self._person.tell_of_push(one.key, one.head, self._secret)
        self._ask_for_runs(1)

    def _phase(self, name: str, begin: Callable[[], None]) -> None:
        self._watch.begin_again()
        reader = Reader(self._person, [*self._pages.values()])
        with reader if name != "first scans" else ExitStack():  # there is no board before it
            began = self._told.now()
            begin()
            until(self._told.settled, PHASE_SECONDS, name)
        self._told.keep(name, began)
        self._readers[name] = reader
        self._queues[name] = dict(self._watch.longest)

    def _calm(self) -> None:
        self._readers["calm"] = reader = Reader(self._person, [])
        for page in self._pages.values():  # the first answer of each is of a web process that is still cold
            self._person.get(page)
        before = cpu_seconds(self._tracker.family(), WEB)
        for _ in range(ROUNDS):
            for page in self._pages.values():
                reader.once(page)
        self._page_cpu = (cpu_seconds(self._tracker.family(), WEB) - before) / ROUNDS / len(self._pages)

    def report(self, log: Path) -> list[str]:
        """Print what was measured; what was wrong, a line each."""
        self._told.show(self._queues)
        print()
        rows = []
        for name, path in self._pages.items():
            for when, reader in self._readers.items():
                if took := sorted(reader.seconds.get(path, ())):
                    shown = [f"{1000 * took[int(share * (len(took) - 1))]:.0f}" for share in (0.5, 0.95)]
                    rows.append([f"{name}, {when}", str(len(took)), *shown])
        show(["page", "answers", "median ms", "p95 ms"], rows)
        print(f"processor time of the web process: {1000 * self._page_cpu:.0f} ms a page\n")
        sizes = self._watch.most.most_common()
        show(["part", "MB at its peak"], [[part, f"{size / 1e6:.0f}"] for part, size in sizes])
        waits, given_up = lock_waits(log)
        where = ", ".join(f"{table} × {many}" for table, many in waits.most_common())
        print(f"\nwaits for a lock above 200 ms: {waits.total()}{f' ({where})' if where else ''}")
        print(f"statements given up for a lock: {given_up}")
        flaws = self._told.flaws()
        flaws += [error for reader in self._readers.values() for error in reader.errors]
        flaws += [f"{given_up} statements were given up for a lock"] if given_up else []
        if (first := self._told.first_begun("pushes and smoke runs")) > FIRST_SECONDS:
            flaws.append(f"the first smoke run beside the scans began after {first:.1f} s")
        return flaws


if __name__ == "__main__":
    sys.exit(main())
