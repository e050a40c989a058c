"""Whole processes, by turns: their wall time, their processor time, and the peak memory of the largest."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryFile

_OK = frozenset({0, 1})
"""Linters end with 1 where they find something."""


@dataclass(frozen=True, slots=True)
class Entrant:
    """A command.

    Args:
        name: what its row is called.
        command: what is run, in the folder that all look through.
        env: variables beside the present ones.
        codes: exit codes that mean it did its work.
        folder: one of its own, if it needs one.
        warm: whether it runs once before its turns, so that its cache is filled.
    """

    name: str
    command: Sequence[str]
    env: Mapping[str, str] | None = None
    codes: frozenset[int] = _OK
    folder: Path | None = None
    warm: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """What one run took: seconds, the processor's seconds of all its processes, and megabytes at its peak."""

    seconds: float
    cpu: float
    megabytes: float


@dataclass(frozen=True, slots=True)
class Result:
    """The turns that an entrant came to the end of, and why it was not run again; empty if it was."""

    name: str
    turns: tuple[Turn, ...]
    ended: str = ""

    def middle(self, figure: Callable[[Turn], float]) -> float:
        """The median of a figure over its turns."""
        return median(map(figure, self.turns))

    def ratios(self, other: Result, figure: Callable[[Turn], float]) -> list[float]:
        """A figure as a multiple of another's in the same round, for each round that both came through."""
        pairs = zip(self.turns, other.turns, strict=False)
        return [figure(mine) / figure(theirs) for mine, theirs in pairs if figure(theirs)]


class _Ended(Exception):
    """It did not do its work; the text says why."""


def compare(
    entrants: Sequence[Entrant],
    folder: Path,
    *,
    rounds: int,
    patience: float,
    until: float,
    on_turn: Callable[[str], None],
) -> list[Result]:
    """Run each once a round, by turns. Whoever fails, or takes longer than `patience` seconds, is out.

    Args:
        entrants: what is run.
        folder: where.
        rounds: how many, as long as time is left.
        patience: seconds that one run may take.
        until: after this moment of `time.monotonic` no further round begins; the first one always does.
        on_turn: told what is run next.
    """
    turns: dict[str, list[Turn]] = {one.name: [] for one in entrants}
    ended: dict[str, str] = {}
    for number in range(rounds):
        if number and time.monotonic() > until:
            break
        for one in entrants:
            if one.name in ended:
                continue
            on_turn(f"round {number + 1}: {one.name}")
            try:
                if one.warm and not number:
                    _turn(one, folder, patience)
                turns[one.name].append(_turn(one, folder, patience))
            except _Ended as why:
                ended[one.name] = str(why)
    return [Result(name, tuple(taken), ended.get(name, "")) for name, taken in turns.items()]


def _turn(one: Entrant, folder: Path, patience: float) -> Turn:
    with TemporaryFile() as said:
        began = time.perf_counter()
        try:
            process = subprocess.Popen(
                one.command,
                cwd=one.folder or folder,
                env={**os.environ, **(one.env or {})},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=said,
                start_new_session=True,
            )
        except OSError as error:
            raise _Ended(f"failed: {error}") from None
        is_late = threading.Event()
        ending = threading.Timer(patience, _end, (process.pid, is_late))
        ending.start()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        ending.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        if is_late.is_set():
            raise _Ended(f"not within {patience:.0f} s")
        if process.returncode not in one.codes:
            said.seek(0)
            printed = " ".join(said.read()[-500:].decode(errors="replace").split())
            raise _Ended(f"failed: it ended with {process.returncode}: {printed}")
    return Turn(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e6)


def _end(group: int, is_late: threading.Event) -> None:
    """End a process that takes too long, and all that it began."""
    is_late.set()
    os.killpg(group, signal.SIGKILL)
