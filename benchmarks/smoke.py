"""The smoke matrix in one command, against the boots it cannot do without.

    python -m benchmarks.smoke [--workers N] [--jobs N]

The floor: every worker is booted bare on each transport, one after the other, on a stand-in and services
that are up already, until it is ready. A run up to `processed` needs one such boot; their sum over the jobs
is what the matrix takes if brokers, samples and ends cost nothing.
"""

import argparse
import json
import os
import string
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from typing import Any

import transport.local
from benchmarks.arguments import count
from benchmarks.boot import until_ready, world_outside
from benchmarks.table import show
from transport.local import StandIn

WORKERS = [sys.executable, "-m", "workers"]


def main() -> None:
    """Print, by transport and in all, the floor, the matrix, and their ratio."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.smoke")
    parser.add_argument("--workers", type=count, metavar="N", help="only the first N")
    parser.add_argument("--jobs", type=count, default=min(4, os.cpu_count() or 1))
    chosen = parser.parse_args()
    for kind in transport.local.KINDS:
        if reason := transport.local.missing(kind):
            parser.exit(2, f"{parser.prog}: {reason}\n")
    names = _output([*WORKERS, "--list"]).split()[: chosen.workers]
    with transport.local.kafka() as kafka, transport.local.eventhub() as hubs:
        bare = {broker.kind: _bare(names, broker) for broker in (kafka, hubs)}
    print(f"{len(names)} workers, {chosen.jobs} runs at a time")
    rows = [_row(kind, boots, _matrix(names, kind, chosen.jobs), chosen.jobs) for kind, boots in bare.items()]
    rows.append(_row("both", sum(bare.values()), _matrix(names, "both", chosen.jobs), chosen.jobs))
    show(["transport", "boots s", "floor s", "matrix s", "× floor", "passed"], rows)


def _bare(names: Sequence[str], broker: StandIn) -> float:
    seconds = 0.0
    with world_outside() as world, tempfile.TemporaryDirectory() as folder:
        surroundings = {**broker.environment, **world}
        for name in names:
            described = _output([*WORKERS, name, "--describe"])
            filled = string.Template(described).safe_substitute(surroundings, SCRATCH=folder)
            seconds += until_ready(name, {**surroundings, **json.loads(filled)["env"]})
    return seconds


def _matrix(names: Sequence[str], kind: str, jobs: int) -> tuple[float, int]:
    """Seconds the command takes, and how many of its runs passed."""
    smoke = [sys.executable, "-m", "migration_tracker.cli", "smoke", *names]
    began = time.perf_counter()
    done = subprocess.run(
        [*smoke, "--transport", kind, "--jobs", str(jobs), "--format", "json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=False,
        text=True,
    )
    seconds = time.perf_counter() - began
    runs: list[dict[str, Any]] = json.loads(done.stdout)["runs"]
    return seconds, sum(run["result"] == "passed" for run in runs)


def _row(kind: str, boots: float, matrix: tuple[float, int], jobs: int) -> list[str]:
    seconds, passed = matrix
    floor = boots / jobs
    return [kind, f"{boots:.1f}", f"{floor:.1f}", f"{seconds:.1f}", f"{seconds / floor:.1f}", str(passed)]


def _output(command: Sequence[str]) -> str:
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


if __name__ == "__main__":
    main()
