"""The smoke matrix in one command, against the boots it cannot do without.

    python -m benchmarks.smoke [--workers N] [--jobs N]

The floor: every worker is booted bare on each transport, one after the other, on a stand-in and services
that are up already, until it is ready. A run up to `processed` needs one such boot; their sum over the jobs
is what the matrix takes if brokers, services, descriptions, samples and ends cost nothing. *All boots* adds
what else has to boot for each run, just as bare: its stand-in, its services, and the worker once more, to
describe itself.

The floor is taken before and after each matrix, so that a busy machine strikes both. It strikes a clock
harder than processor time (user and system, of all processes), which is why both are told.
"""

import argparse
import json
import os
import resource
import string
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import transport.local
from benchmarks.arguments import count
from benchmarks.boot import until_ready, world_outside
from benchmarks.table import show

WORKERS = [sys.executable, "-m", "workers"]


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds by the clock, and of the processors."""

    wall: float
    cpu: float

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(self.wall + other.wall, self.cpu + other.cpu)

    def __truediv__(self, by: float) -> "Cost":
        return Cost(self.wall / by, self.cpu / by)


def main() -> None:
    """Print, by transport and in all, the floor, the matrix, and their ratios."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.smoke")
    parser.add_argument("--workers", type=count, metavar="N", help="only the first N")
    parser.add_argument("--jobs", type=count, default=min(4, os.cpu_count() or 1))
    chosen = parser.parse_args()
    for kind in transport.local.KINDS:
        if reason := transport.local.missing(kind):
            parser.exit(2, f"{parser.prog}: {reason}\n")
    names = _output([*WORKERS, "--list"]).split()[: chosen.workers]
    print(f"{len(names)} workers, {chosen.jobs} runs at a time")
    rows = []
    for kind, kinds in (*((one, [one]) for one in transport.local.KINDS), ("both", transport.local.KINDS)):
        before = [_bare(names, one) for one in kinds]
        matrix, passed = _matrix(names, kind, chosen.jobs)
        boots = [*before, *(_bare(names, one) for one in kinds)]
        floor = sum((ready for ready, _ in boots), Cost(0, 0)) / 2
        everything = sum((rest for _, rest in boots), Cost(0, 0)) / 2 + floor
        rows.append(_row(kind, floor, everything, matrix, chosen.jobs, passed))
    show(
        [
            "transport",
            "floor s",
            "matrix s",
            "× floor",
            "× all boots",
            "CPU s",
            "× floor",
            "× all boots",
            "passed",
        ],
        rows,
    )


def _bare(names: Sequence[str], kind: str) -> tuple[Cost, Cost]:
    """What it costs to boot the workers, and what else has to boot for a run of each of them."""
    broker_of = transport.local.kafka if kind == "kafka" else transport.local.eventhub
    before = _now()
    with broker_of(), world_outside():
        up = _since(before).wall
    around = Cost(up, _since(before).cpu)  # what they used shows once they have ended
    ready, rest = Cost(0, 0), Cost(around.wall * len(names), around.cpu * len(names))
    with broker_of() as broker, world_outside() as world, tempfile.TemporaryDirectory() as folder:
        surroundings = {**broker.environment, **world}
        for name in names:
            before = _now()
            described = _output([*WORKERS, name, "--describe"])
            rest += _since(before)
            filled = string.Template(described).safe_substitute(surroundings, SCRATCH=folder)
            before = _now()
            until_ready(name, {**surroundings, **json.loads(filled)["env"]})
            ready += _since(before)
    return ready, rest


def _matrix(names: Sequence[str], kind: str, jobs: int) -> tuple[Cost, int]:
    """What the command costs, and how many of its runs passed."""
    smoke = [sys.executable, "-m", "migration_tracker.cli", "smoke", *names]
    before = _now()
    done = subprocess.run(
        [*smoke, "--transport", kind, "--jobs", str(jobs), "--format", "json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=False,
        text=True,
    )
    cost = _since(before)
    runs: list[dict[str, Any]] = json.loads(done.stdout)["runs"]
    return cost, sum(run["result"] == "passed" for run in runs)


def _now() -> Cost:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(time.perf_counter(), used.ru_utime + used.ru_stime)


def _since(before: Cost) -> Cost:
    return _now() + Cost(-before.wall, -before.cpu)


def _row(kind: str, floor: Cost, everything: Cost, matrix: Cost, jobs: int, passed: int) -> list[str]:
    return [
        kind,
        f"{floor.wall / jobs:.1f}",
        f"{matrix.wall:.1f}",
        f"{matrix.wall / floor.wall * jobs:.1f}",
        f"{matrix.wall / everything.wall * jobs:.1f}",
        f"{matrix.cpu:.1f}",
        f"{matrix.cpu / floor.cpu:.1f}",
        f"{matrix.cpu / everything.cpu:.1f}",
        str(passed),
    ]


def _output(command: Sequence[str]) -> str:
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


if __name__ == "__main__":
    main()
