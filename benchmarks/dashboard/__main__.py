"""How long the tracker's pages take when much is in it, on SQLite and on PostgreSQL.

    python -m benchmarks.dashboard [--migrations 50] [--workers 1000] [--runs 100000] [--entries 1000000]
        [--rounds 40] [--users 50] [--keep FOLDER]

An installation of that size is made up and put into SQLite, or into the empty database of DATABASE_URL. Each
page is asked for by turns through the whole of Django but the network: server time, queries, bytes. The
queries are compared with those of an installation with next to nothing in it. Then the largest audit chain is
verified, and as many users as there are ask for every page at once through gunicorn. With --keep what SQLite
holds stays in that folder and is used again.

Exit code 1 if a page is slower than 50 ms at the 95th percentile, needs more queries than in the small
installation or answers with an error, or if a million entries take longer than 20 s to verify.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.arguments import count
from benchmarks.table import show

if TYPE_CHECKING:
    from django.test import Client

MOST_SECONDS = 0.050
MOST_VERIFY, MILLION = 20.0, 1_000_000


def main() -> int:
    asked = _arguments()
    with tempfile.TemporaryDirectory() as scratch:
        few = _queries_of_little(Path(scratch) / "little")
        folder = asked.keep or Path(scratch) / "much"
        folder.mkdir(parents=True, exist_ok=True)
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder / 'tracker.sqlite3'}")
        os.environ["TRACKER_DATA_DIR"] = str(folder)
        return _judge(asked, few)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.dashboard", description=__doc__.partition("\n")[0]
    )
    for name, default in (
        *(("--migrations", 50), ("--workers", 1_000), ("--runs", 100_000), ("--entries", 1_000_000)),
        *(("--rounds", 40), ("--users", 50)),
    ):
        parser.add_argument(name, type=count, default=default)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--queries-only", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.queries_only:
        print(json.dumps(_little()))
        sys.exit()
    return asked


def _queries_of_little(folder: Path) -> dict[str, int]:
    """How many queries each page needs where there is next to nothing; a process has one database only."""
    folder.mkdir()
    environment = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{folder / 'tracker.sqlite3'}",
        "TRACKER_DATA_DIR": str(folder),
    }
    command = [sys.executable, "-m", "benchmarks.dashboard", "--queries-only"]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
    found: dict[str, int] = json.loads(done.stdout)
    return found


def _little() -> dict[str, int]:
    _set_up()
    from benchmarks.dashboard.data import Size, fill
    from benchmarks.dashboard.pages import addresses, measure

    fill(Size(migrations=1, workers=1, few=1, scans=2, runs=2, entries=10, points=2, people=2))
    return {name: taken.queries for name, taken in measure(_client(), addresses(), 1).items()}


def _judge(asked: argparse.Namespace, few: dict[str, int]) -> int:
    _set_up()
    from django.db import connection

    from benchmarks.dashboard.crowd import gunicorn, visit
    from benchmarks.dashboard.data import Size, fill
    from benchmarks.dashboard.pages import addresses, measure, quantile
    from migration_tracker.accounts.models import User
    from migration_tracker.audit import verification
    from migration_tracker.inventory.models import Migration

    size = Size(
        migrations=asked.migrations,
        workers=asked.workers,
        runs=asked.runs,
        entries=asked.entries,
        people=asked.users,
    )
    if not Migration.objects.exists():
        began = time.perf_counter()
        fill(size)
        print(f"filled in {time.perf_counter() - began:.0f} s", file=sys.stderr)
    pages = addresses()
    taken = measure(_client(), pages, asked.rounds)
    load = f"load average {os.getloadavg()[0]:.1f}"
    print(f"On {connection.vendor}, {size.all_workers} workers in {size.migrations} migrations, {load}:")
    show(
        ("page", "median, ms", "p95, ms", "CPU median", "CPU p95", "CPU first", "queries", "of little", "KB"),
        [
            (
                name,
                *(f"{quantile(f, part) * 1000:.1f}" for f in (one.seconds, one.cpu) for part in (50, 95)),
                *(f"{one.first * 1000:.1f}", str(one.queries), str(few[name]), f"{one.size / 1000:.1f}"),
            )
            for name, one in sorted(taken.items(), key=lambda pair: -quantile(pair[1].cpu, 50))
        ],
    )
    slow = {name: quantile(one.seconds, 95) for name, one in taken.items()}
    flaws = [f"{name}: {late * 1000:.0f} ms" for name, late in slow.items() if late > MOST_SECONDS]
    flaws += [f"{name}: {one.queries} queries" for name, one in taken.items() if one.queries > few[name]]
    began = time.perf_counter()
    verified = verification.verify(Migration.objects.order_by("pk")[0].chain)
    took = time.perf_counter() - began
    assert not verified.flaw, verified.flaw
    print(f"\nverify: {verified.entries} entries in {took:.1f} s")
    if took > MOST_VERIFY * max(1.0, verified.entries / MILLION):
        flaws.append(f"verify: {took:.1f} s")
    users = list(User.objects.order_by("pk"))[: asked.users]
    with gunicorn() as port:
        crowd = visit(port, users, list(pages.values()), rounds=1)
    many = len(crowd.seconds)
    middle, late = (quantile(crowd.seconds, part) * 1000 for part in (50, 95))
    print(
        f"{len(users)} users at once: {many} answers, {len(crowd.errors)} errors, "
        f"{many / crowd.took:.0f} a second, median {middle:.0f} ms, p95 {late:.0f} ms"
    )
    flaws += crowd.errors[:10]
    for flaw in flaws:
        print(f"too much: {flaw}", file=sys.stderr)
    return 1 if flaws else 0


def _set_up() -> None:
    """Django on the database of the environment, migrated and with its static files, as when it serves."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "migration_tracker.settings"
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    importlib.import_module("migration_tracker.wsgi")  # with what it does before it serves


def _client() -> Client:
    from django.test import Client

    from migration_tracker.accounts.models import User

    client = Client(SERVER_NAME="localhost", headers={"accept-encoding": "gzip"})
    client.force_login(User.objects.order_by("pk")[0])
    return client


if __name__ == "__main__":
    sys.exit(main())
