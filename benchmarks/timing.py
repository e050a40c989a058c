"""Whole processes, by turns: their wall time, and the peak memory of the largest process of each."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryFile

_OK = frozenset({0, 1})
"""Linters end with 1 where they find something."""


@dataclass(frozen=True, slots=True)
class Entrant:
    """A command; `codes` are exit codes that mean it did its work; `folder` is its own, if it needs one."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str] | None = None
    codes: frozenset[int] = _OK
    folder: Path | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What one entrant took: the median and the slowest of its turns, in seconds; `megabytes` at its peak.

    `cpu` is the median of the processor's seconds, of all its processes: on a busy machine the better figure.

    `finished` is False where it was ended because it took longer than it was given.
    """

    name: str
    seconds: float
    slowest: float
    cpu: float
    megabytes: float
    finished: bool


class Failed(Exception):
    """An entrant did not do its work; the text says which, and what it printed."""


def compare(entrants: Sequence[Entrant], folder: Path, *, rounds: int, patience: float) -> list[Result]:
    """Run each once a round, by turns; whoever takes longer than `patience` seconds is not run again.

    Raises:
        Failed: an entrant ended with an exit code that says it did not do its work.
    """
    turns: dict[str, list[_Turn]] = {one.name: [] for one in entrants}
    given_up: set[str] = set()
    for _ in range(rounds):
        for one in entrants:
            if one.name not in given_up:
                turn = _turn(one, folder, patience)
                turns[one.name].append(turn)
                if not turn.finished:
                    given_up.add(one.name)
    return [
        Result(
            name,
            median(turn.seconds for turn in taken),
            max(turn.seconds for turn in taken),
            median(turn.cpu for turn in taken),
            max(turn.megabytes for turn in taken),
            name not in given_up,
        )
        for name, taken in turns.items()
    ]


@dataclass(frozen=True, slots=True)
class _Turn:
    seconds: float
    cpu: float
    megabytes: float
    finished: bool


def _turn(one: Entrant, folder: Path, patience: float) -> _Turn:
    with TemporaryFile() as said:
        began = time.perf_counter()
        process = subprocess.Popen(
            one.command,
            cwd=one.folder or folder,
            env={**os.environ, **(one.env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=said,
            start_new_session=True,
        )
        ending = threading.Timer(patience, os.killpg, (process.pid, signal.SIGKILL))
        ending.start()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        ending.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        finished = process.returncode != -signal.SIGKILL
        if finished and process.returncode not in one.codes:
            said.seek(0)
            printed = said.read()[-500:].decode(errors="replace")
            raise Failed(f"{one.name} ended with {process.returncode}: {printed}")
    return _Turn(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e6, finished)
