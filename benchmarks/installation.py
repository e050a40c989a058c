"""A tracker of its own for a benchmark, on a PostgreSQL and a Redis of its own, as `make run` starts it.

Run as a script it is that tracker without the migrations that a checkout registers by itself.
"""

from __future__ import annotations

import dataclasses
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from migration_tracker.supervisor import kin
from migration_tracker.supervisor.console import Console
from migration_tracker.supervisor.door import open_door
from migration_tracker.supervisor.guard import guard
from migration_tracker.supervisor.program import tracker
from migration_tracker.supervisor.supervise import Supervisor

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 180.0
WEB = "gunicorn migration_tracker.wsgi"
"""By which the web processes are known among the others."""
_NOTHING_REGISTERED = "import sys; from migration_tracker.prepare import main; sys.exit(main([]))"


class Tracker:
    """`make run`'s supervisor with this environment, in a session of its own.

    Arguments:
        folder: where its log goes.
        environment: of its processes, besides ours; DATABASE_URL, CELERY_BROKER_URL, TRACKER_DATA_DIR, PORT.
        empty: whether it begins without the migrations of this checkout.
    """

    def __init__(self, folder: Path, environment: dict[str, str], *, empty: bool = False) -> None:
        self.log = folder / "tracker.log"
        module = "benchmarks.installation" if empty else "migration_tracker.supervisor"
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", module, "--end-with-parent"],
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

    def family(self) -> Iterator[tuple[int, str]]:
        """Every process of it: number and command line."""
        return below(self._process.pid)

    def end_child(self, mark: str) -> None:
        """End the process whose command line has `mark`; the supervisor starts it again."""
        for pid, command in self.family():
            if mark in command:
                os.kill(pid, signal.SIGTERM)
                return
        raise SystemExit(f"no process of the tracker has “{mark}” in its command line")

    def end(self) -> None:
        """As by Ctrl-C."""
        self._process.send_signal(signal.SIGINT)
        self._process.wait(30)


def below(ancestor: int) -> Iterator[tuple[int, str]]:
    """The processes that descend from one, parents first: number and command line."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(") ")[2].split()[1])
    wanted = [ancestor]
    for pid in wanted:
        wanted += [child for child, parent in parents.items() if parent == pid]
        with suppress(OSError):
            yield pid, Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")


def cpu_seconds(family: Iterable[tuple[int, str]], mark: str) -> float:
    """Processor seconds that processes have used whose command line has `mark`."""
    ticks = 0
    for pid, command in family:
        if mark in command:
            with suppress(OSError):
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
                ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def main() -> int:
    kin.die_with_parent(os.getppid(), signal.SIGTERM)
    with open_door(os.environ["PORT"]) as door:
        program = dataclasses.replace(tracker(door), preparation=(sys.executable, "-c", _NOTHING_REGISTERED))
        console = Console(width=max(len(service.name) for service in program.services))
        return guard(lambda: Supervisor(program, console).run())


if __name__ == "__main__":
    sys.exit(main())
