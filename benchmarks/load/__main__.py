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
import sys
import tempfile
from pathlib import Path

from benchmarks.arguments import count
from benchmarks.installation import WEB, Tracker, cpu_seconds
from benchmarks.load.crowd import crowd
from benchmarks.load.rows import addresses, flaws, missing
from benchmarks.load.told import report
from tests.stack.postgresql import PostgreSQL, new_database
from tests.stack.redis import Redis


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
            if options.writers > len(items):
                parser.error(f"--writers: each needs a worker of its own, and there are {len(items)}")
            used = [cpu_seconds(tracker.family(), WEB)]

            def first_restart() -> None:
                used.append(cpu_seconds(tracker.family(), WEB))  # later the web process is another
                cluster.restart()

            restarts = {
                "PostgreSQL": first_restart,
                "Redis": queue.restart,
                "web": lambda: tracker.end_child(WEB),
                "the job process of scans": lambda: tracker.end_child("--queues scans"),
            }
            told = asyncio.run(crowd(address, options, pages, items, restarts))
            held = report(told, missing(told.acknowledged), flaws(), used[1] - used[0])
        finally:
            tracker.end()
    print(f"load average at the end: {os.getloadavg()[0]:.1f}, processors: {os.cpu_count()}")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
