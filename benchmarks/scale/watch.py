"""What is measured beside the work: memory by part, messages that wait, and who waited for a lock."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Self

import redis

from benchmarks.installation import WEB
from migration_tracker.supervisor.program import QUEUES

SECONDS = 1.0
"""Between two looks."""
_PARTS = {
    "web": WEB,
    **{f"jobs: {queue}": f"worker --queues {queue} " for queue in QUEUES},
    "beat": "migration_tracker.celery --quiet beat",
    "supervisor": "benchmarks.installation",
}
RUNS = "smoke runs"
"""The part of whatever else the tracker started: brokers, workers under test, git."""
_WAITED = "still waiting for"  # of log_lock_waits; with it deadlock_timeout says from when a wait is told
LOCK_SETTINGS = ("log_lock_waits=on", "deadlock_timeout=200ms")
_TABLE = re.compile(r'(?:FROM|UPDATE|INTO) "(\w+)"')
_GIVEN_UP = ("deadlock detected", "canceling statement due to lock timeout")


class Watch:
    """Looks once a second, from a thread, until the block ends.

    Arguments:
        families: yields the processes of each part of the installation, by the part's name; the name `""`
            stands for the tracker, whose processes are told apart by their command lines.
        broker: CELERY_BROKER_URL.
    """

    def __init__(self, families: Mapping[str, Callable[[], Iterable[tuple[int, str]]]], broker: str) -> None:
        self.most: Counter[str] = Counter()
        """Proportional set size at its peak, in bytes, by part; `all` is the largest sum."""
        self.longest: Counter[str] = Counter()
        """The most messages that waited, by queue."""
        self._families = families
        self._broker = redis.Redis.from_url(broker)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, name="watch", daemon=True)
        self.failure: BaseException | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._broker.close()
        if self.failure:
            raise self.failure

    def begin_again(self) -> None:
        """Forget the longest queues: another phase begins."""
        self.longest.clear()

    def _look(self) -> None:
        try:
            while not self._over.wait(SECONDS):
                self._look_once()
        except BaseException as error:  # told where the block ends
            self.failure = error

    def _look_once(self) -> None:
        for queue in QUEUES:
            self.longest[queue] = max(self.longest[queue], int(self._broker.llen(queue)))
        now: Counter[str] = Counter()
        for part, family in self._families.items():
            known: dict[int, str] = {}
            for pid, command in family():
                now[part or _part(command)] += memory(pid)
                known[pid] = command
        now["all"] = now.total()
        for part, size in now.items():
            self.most[part] = max(self.most[part], size)


def _part(command: str) -> str:
    return next((part for part, mark in _PARTS.items() if mark in command), RUNS)


def memory(pid: int) -> int:
    """A process's proportional set size in bytes: what it shares is divided among those who share it."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def lock_waits(log: Path) -> tuple[Counter[str], int]:
    """Of PostgreSQL's log: waits for a lock above 200 ms by the table, and statements given up for one."""
    lines = log.read_text(errors="replace").splitlines()
    given_up = sum(any(words in line for words in _GIVEN_UP) for line in lines)
    waits: Counter[str] = Counter()
    for number, line in enumerate(lines):
        if _WAITED in line:  # its statement follows a few lines below
            statement = next((after for after in lines[number:] if "STATEMENT:" in after), "")
            table = _TABLE.search(statement)
            waits[table[1] if table else "?"] += 1
    return waits, given_up


def until(done: Callable[[], bool], seconds: float, what: str) -> float:
    """Wait for something; how many seconds it took. Ends the benchmark after so many."""
    began = time.monotonic()
    while not done():
        if time.monotonic() - began > seconds:
            raise SystemExit(f"{what}: not within {seconds:.0f} s")
        time.sleep(0.2)
    return time.monotonic() - began
