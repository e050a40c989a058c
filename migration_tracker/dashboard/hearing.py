"""What witnesses say of a worker, and said in the past: kept in a process while nothing new is said.

The mark of a migration is another one each time anything is written that a standing is made of. Who asks for
a hearing under a mark that was kept gets that one; waivers lapse with the day, so the day goes with the mark.
See docs/adr/0054.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from uuid import UUID

from django.utils import timezone

from migration_tracker.checklists.models import today
from migration_tracker.criteria import Outcome
from migration_tracker.dashboard import standings, success
from migration_tracker.dashboard.roll import Roll
from migration_tracker.dashboard.rows import Row, rows
from migration_tracker.inventory import queries as inventory
from migration_tracker.inventory.models import Finding, Migration, Scan, Worker

_MOST_WORKERS = 128  # some 50 KB each
_MOST_PASTS = 8  # some 2 MB for a thousand workers


@dataclass(frozen=True, slots=True)
class Heard:
    """A worker of the latest scan as its witnesses see it, and the places that the scan points at."""

    row: Row
    findings: Sequence[Finding]


@dataclass(frozen=True, slots=True)
class Past:
    """A migration's workers and its criteria as they were."""

    roll: Roll
    criteria: Sequence[Outcome]


def worker(asked: Worker) -> Heard | None:
    """All that the witnesses say of a worker; None when the latest scan has not seen it."""
    mark = standings.mark(asked.migration)
    return _worker(asked, mark, today()) if mark else _worker.__wrapped__(asked, None, today())


def past(migration: Migration, scan: Scan, moved: datetime | None) -> Past:
    """All that was said of all workers of a scan until the board `moved` on; None: it has not yet."""
    mark = standings.mark(migration)
    return _past(scan, moved, mark, today()) if mark else _past.__wrapped__(scan, moved, None, today())


@lru_cache(maxsize=_MOST_WORKERS)
def _worker(asked: Worker, mark: UUID | None, day: date) -> Heard | None:  # noqa: ARG001
    observation = inventory.current(asked)
    if observation is None:
        return None
    [row] = rows(observation.scan, [observation])
    return Heard(row, sorted(observation.findings.all(), key=_weight))


@lru_cache(maxsize=_MOST_PASTS)
def _past(scan: Scan, moved: datetime | None, mark: UUID | None, day: date) -> Past:  # noqa: ARG001
    lines = standings.heard(scan, until=moved or timezone.now())
    return Past(Roll(tuple(lines)), success.outcomes(scan.definition, lines, scan.phase_items))


def _weight(finding: Finding) -> tuple[bool, str, int]:
    """What builds a client comes before what only names one."""
    return finding.kind in ("reference", "import"), finding.path, finding.line
