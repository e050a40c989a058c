"""Runs ways by turns, each run a process of its own, and collects what they report."""

import json
import subprocess
import sys
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.transport.brokers import TOPIC
from benchmarks.transport.measure import Plan
from benchmarks.transport.ways import RUNS, Way

PATIENCE = 180.0
"""Seconds one run may take."""
PEERS = Path(".venv-peers/bin/python")


@dataclass(frozen=True, slots=True)
class Measured:
    """What one run found: messages a second, and processor time of each in µs."""

    rate: float
    cost: float


def interleaved(
    ways: Iterable[Way], environment: Mapping[str, str], *, messages: int, rounds: int, waits: bool = False
) -> dict[str, list[Measured]]:
    """Every round runs every way once, so that a busy machine strikes all of them."""
    found: dict[str, list[Measured]] = {way.name: [] for way in ways}
    for _ in range(rounds):
        for way in ways:
            plan = {"messages": max(20, round(messages * way.share)), "waits": waits}
            found[way.name].append(Measured(**run(way, environment, plan)))
    return found


def run(way: Way, environment: Mapping[str, str], plan: Mapping[str, object]) -> dict[str, float]:
    """What one run reports; ends the benchmark if it fails."""
    with TemporaryDirectory() as scratch:
        whole = Plan(
            environment=environment,
            topic=TOPIC,
            group=f"g-{uuid.uuid4().hex[:8]}",
            scratch=scratch,
            settings=way.settings,
            **plan,  # type: ignore[arg-type]
        )
        try:
            done = subprocess.run(
                [_interpreter(way), "-m", f"{RUNS}.{way.module}", whole.told()],
                capture_output=True,
                text=True,
                timeout=PATIENCE,
            )
        except subprocess.TimeoutExpired as late:
            sys.exit(
                f"{way.name}: not done after {PATIENCE:.0f} s; it said:\n{(late.stderr or b'')[-2000:]!r}"
            )
    if done.returncode != 0 or not done.stdout:
        sys.exit(f"{way.name} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    reported: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return reported


@cache
def lacking(package: str) -> bool:
    """Whether the peers' environment lacks a package."""
    if not package:
        return False
    return (
        not PEERS.exists()
        or subprocess.run([PEERS, "-c", f"import {package}"], capture_output=True).returncode != 0
    )


def _interpreter(way: Way) -> str:
    return str(PEERS) if way.needs else sys.executable
