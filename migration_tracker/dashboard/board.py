"""The board of a migration: every worker, phase and criterion, in a fixed number of queries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from migration_tracker import definition
from migration_tracker.checklists.models import Verdict
from migration_tracker.criteria import Outcome
from migration_tracker.dashboard import success
from migration_tracker.dashboard.rows import Row, rows
from migration_tracker.inventory import queries as inventory
from migration_tracker.inventory.models import REMOVED, Migration, Scan, Status, Worker
from migration_tracker.scope import queries as scope
from migration_tracker.scope.models import ScopeChange


@dataclass(frozen=True, slots=True)
class Progress:
    """How many workers have come how far; `proven` are among the `migrated`."""

    total: int
    proven: int
    migrated: int
    partial: int
    direct: int
    none: int
    unknown: int
    removed: int

    @classmethod
    def of(cls, rows: Iterable[Row]) -> Progress:
        rows = list(rows)
        count = Counter(row.status for row in rows)
        return cls(
            total=len(rows),
            proven=sum(row.proven for row in rows),
            migrated=count[Status.MIGRATED],
            partial=count[Status.PARTIAL],
            direct=count[Status.DIRECT],
            none=count[Status.NONE],
            unknown=count[Status.UNKNOWN],
            removed=count[REMOVED],
        )


@dataclass(frozen=True, slots=True)
class PhaseItem:
    """One thing that a phase asks for besides its workers."""

    title: str
    verdict: str
    reason: str


@dataclass(frozen=True, slots=True)
class Phase:
    """A phase of the plan: its workers' progress, and what it asks for besides workers."""

    key: str
    title: str
    deferred: str | None
    total: int
    migrated: int
    proven: int
    items: Sequence[PhaseItem]
    agreed: bool = True

    @property
    def done(self) -> bool:
        """Whether all its workers are proven and its items met; one that asks for nothing is never done.

        Nor is one of a migration whose scope has changed without a lead having agreed.
        """
        asks = self.agreed and bool(self.total or self.items)
        return asks and self.proven == self.total and all(item.verdict == Verdict.MET for item in self.items)


@dataclass(frozen=True, slots=True)
class Disagreement:
    """What two witnesses contradict each other in; the `owners` are who should act."""

    worker: Worker
    text: str
    owners: Sequence[str]


@dataclass(frozen=True)
class Board:
    """All that the latest scan and everything after it say of one migration."""

    migration: Migration
    scan: Scan | None
    pending_scan: Scan | None
    failed_scan: Scan | None
    rows: Sequence[Row]
    changes: Sequence[ScopeChange] = ()

    @cached_property
    def unapproved(self) -> list[ScopeChange]:
        """The changes of scope that no lead has approved: as long as there are some, nothing is done."""
        return [change for change in self.changes if change.unapproved]

    @cached_property
    def progress(self) -> Progress:
        return Progress.of(self.rows)

    @cached_property
    def phases(self) -> list[Phase]:
        if self.scan is None:
            return []
        phases = []
        for phase in self.scan.definition.phases:
            progress = Progress.of(row for row in self.rows if row.observation.phase == phase.key)
            phases.append(
                Phase(
                    key=phase.key,
                    title=phase.title,
                    deferred=phase.deferred,
                    total=progress.total,
                    migrated=progress.migrated,
                    proven=progress.proven,
                    items=[_phase_item(self.scan, phase.key, item) for item in phase.items],
                    agreed=not self.unapproved,
                )
            )
        return phases

    @cached_property
    def criteria(self) -> list[Outcome]:
        """Each success criterion of the definition with its verdict."""
        return success.outcomes(self.scan.definition, self.rows, self.scan.phase_items) if self.scan else []

    @property
    def busy(self) -> bool:
        """Whether a scan, or a smoke run of one of the workers, is queued or running."""
        return self.pending_scan is not None or any(cell.active for row in self.rows for cell in row.cells)

    @cached_property
    def disagreements(self) -> list[Disagreement]:
        return [Disagreement(row.worker, text, row.owners) for row in self.rows for text in row.disagreements]


def _phase_item(scan: Scan, phase: str, item: definition.PhaseItem) -> PhaseItem:
    found = scan.phase_items.get(phase, {}).get(item.key)
    if found is None:
        return PhaseItem(item.title, Verdict.UNKNOWN, "The scan has not looked at it.")
    return PhaseItem(item.title, found["verdict"], found["reason"])


def board(migration: Migration) -> Board:
    """The board of a migration as it stands; without rows as long as nothing was scanned."""
    scan = inventory.latest_scan(migration)
    changes = scope.present(migration) if scan else []
    seen = scan.observations.select_related("worker__migration") if scan else ()
    gone = inventory.vanished(scan, scope.left_out(changes)) if scan else ()
    return Board(
        migration,
        scan,
        inventory.pending_scan(migration),
        inventory.failed_scan(migration),
        rows(scan, [*seen, *gone]) if scan else [],
        changes,
    )
