"""How long every worker takes until it is ready, and to describe itself, against `python -c pass`.

    python -m benchmarks.boot [--workers N] [--rounds 5]

Ready is when the log says "worker is ready". Each round boots every worker in turn on a fresh Kafka
stand-in, where it is the first of its group. `--workers` takes only the first N of `--list`.
"""

import argparse
import json
import os
import string
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from tempfile import TemporaryDirectory

import transport.local
from benchmarks.arguments import count
from benchmarks.table import show

READY = "worker is ready"
PATIENCE = 60.0
"""Seconds a worker may take to become ready, and to end."""
FLOOR = ["-c", "pass"]


@dataclass(frozen=True, slots=True)
class Boot:
    """Seconds that one boot took, each measured once."""

    floor: float
    describe: float
    ready: float


def main() -> None:
    """Print each worker's medians, slowest first; a ratio is to the floor as it was just before that boot."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.boot")
    parser.add_argument("--workers", type=count, metavar="N", help="only the first N")
    parser.add_argument("--rounds", type=count, default=5)
    chosen = parser.parse_args()
    if reason := transport.local.missing("kafka"):
        parser.exit(2, f"{parser.prog}: {reason}\n")
    names = _run(["-m", "workers", "--list"]).split()[: chosen.workers]
    boots: dict[str, list[Boot]] = {name: [] for name in names}
    with world_outside() as world:
        for _ in range(chosen.rounds):
            with transport.local.kafka() as broker:
                for name in names:
                    boots[name].append(_boot(name, {**broker.environment, **world}))
    _report(boots)


def _report(boots: Mapping[str, list[Boot]]) -> None:
    floor = median(boot.floor for of_one in boots.values() for boot in of_one)
    ready = {name: median(boot.ready for boot in of_one) for name, of_one in boots.items()}
    describe = {name: median(boot.describe for boot in of_one) for name, of_one in boots.items()}
    rounds = min(map(len, boots.values()))
    print(f"medians of {rounds} rounds; floor, `python -c pass`: {floor:.3f} s")
    show(
        ["worker", "describe s", "× floor", "ready s", "× floor", "slowest s"],
        [
            [
                name,
                f"{describe[name]:.2f}",
                f"{median(boot.describe / boot.floor for boot in boots[name]):.0f}",
                f"{ready[name]:.2f}",
                f"{median(boot.ready / boot.floor for boot in boots[name]):.0f}",
                f"{max(boot.ready for boot in boots[name]):.2f}",
            ]
            for name in sorted(boots, key=lambda name: -ready[name])
        ],
    )


def _boot(name: str, surroundings: Mapping[str, str]) -> Boot:
    began = time.perf_counter()
    _run(FLOOR)
    passed = time.perf_counter()
    described = _run(["-m", "workers", name, "--describe"])
    told = time.perf_counter()
    with TemporaryDirectory() as folder:
        filled = string.Template(described).safe_substitute(surroundings, SCRATCH=folder)
        ready = until_ready(name, {**surroundings, **json.loads(filled)["env"]})
    return Boot(floor=passed - began, describe=told - passed, ready=ready)


def until_ready(name: str, environment: Mapping[str, str]) -> float:
    """Seconds from the start of the worker `name` until it says that it is ready; then it is ended."""
    began = time.perf_counter()
    with _started(["-m", "workers", name], environment) as process:
        assert process.stdout is not None
        said = []
        too_long = threading.Timer(PATIENCE, process.kill)
        too_long.start()
        try:
            for line in process.stdout:
                said.append(line)
                if READY in line:
                    return time.perf_counter() - began
        finally:
            too_long.cancel()
    sys.exit(f"{name} never said {READY!r}; it said:\n{''.join(said)}")


@contextmanager
def world_outside() -> Iterator[dict[str, str]]:
    """The environment of the services that workers need, while they run."""
    with _started(["-m", "workers.local", "--json"], {}) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())


@contextmanager
def _started(arguments: list[str], environment: Mapping[str, str]) -> Iterator["subprocess.Popen[str]"]:
    """A Python process, asked to end when the block does; its output is one stream."""
    with subprocess.Popen(
        [sys.executable, *arguments],
        env=_environment(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.communicate(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()


def _run(arguments: list[str]) -> str:
    """What a Python process prints; ends the benchmark if it fails, which has said why by then."""
    done = subprocess.run(
        [sys.executable, *arguments], env=_environment({}), stdout=subprocess.PIPE, text=True
    )
    if done.returncode != 0:
        sys.exit(f"python {' '.join(arguments)} ended with {done.returncode}")
    return done.stdout


def _environment(environment: Mapping[str, str]) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, **environment}


if __name__ == "__main__":
    main()
