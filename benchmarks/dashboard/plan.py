"""How much is made up, and what every part of it must agree on: which worker stood how at which scan."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

from migration_tracker import definition
from migration_tracker.accounts.models import User

Columns = tuple[str, ...]

DEFINITION = (Path(__file__).resolve().parents[2] / definition.FILE_NAME).read_text()
STATUSES = ("migrated",) * 12 + ("partial", "partial", "direct", "direct", "direct", "unknown")
DOMAINS = ("claimx", "verisk", "plugins", "billing", "claims", "policy", "search", "mail")
JOB: Columns = ("state", "attempt", "requested_at", "enqueued_at", "started_at", "finished_at")


@dataclass(frozen=True)
class Size:
    """How much there is, in all; `workers` are those of the largest migration, the others have `few` each."""

    migrations: int = 50
    workers: int = 1_000
    few: int = 20
    scans: int = 10
    runs: int = 100_000
    entries: int = 1_000_000
    points: int = 400
    people: int = 50

    @cached_property
    def of_migration(self) -> list[int]:
        """How many workers each migration has, the largest first."""
        return [self.workers, *[self.few] * (self.migrations - 1)]

    @property
    def all_workers(self) -> int:
        return sum(self.of_migration)


def digest(*what: object) -> str:
    """Forty hexadecimal digits that depend on nothing but `what`."""
    return hashlib.sha1(repr(what).encode(), usedforsecurity=False).hexdigest()


class Plan:
    """What is to be made. Everything is counted off from the size; nothing is drawn at random."""

    def __init__(self, size: Size) -> None:
        self.size = size
        self.now = datetime.now(UTC).replace(microsecond=0)
        described = definition.parse(DEFINITION, definition.FILE_NAME)
        self.items = [item.key for item in described.items]
        self.scanned = [item.key for item in described.items if item.witness == "scanner"]
        self.phases = [phase.key for phase in described.phases]
        self.workers = [
            (migration, number)
            for migration, many in enumerate(size.of_migration, 1)
            for number in range(many)
        ]
        self.scanned_at = [
            self.now - timedelta(days=3 * (size.scans - 1 - scan), hours=1) for scan in range(size.scans)
        ]
        self.people: list[User] = []

    def fingerprint(self, worker: int, scan: int) -> str:
        """The worker's code changes with every fourth scan."""
        return digest("code", worker, (scan + worker) // 4)

    def status(self, worker: int, scan: int) -> str:
        """The later the scan, the more is migrated; one in fifty slips back at the last."""
        number = worker % len(STATUSES)
        done = scan + 1 >= self.size.scans * (number + 1) / len(STATUSES)
        slipped = worker % 50 == 0 and scan == self.size.scans - 1
        return STATUSES[number] if done and not slipped else "direct"

    def scan_pk(self, migration: int, scan: int) -> int:
        return scan * self.size.migrations + migration
