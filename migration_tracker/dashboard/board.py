"""The board of a migration: every worker, phase and criterion, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from migration_tracker.checklists import queries as checklists
from migration_tracker.checklists.queries import PhaseItemState
from migration_tracker.criteria import Outcome
from migration_tracker.dashboard import standings, success
from migration_tracker.dashboard.lines import Detail, Line
from migration_tracker.dashboard.progress import NOTHING, Progress
from migration_tracker.dashboard.roll import Roll
from migration_tracker.dashboard.rows import BEFORE_THE_PLAN
from migration_tracker.inventory import queries as inventory
from migration_tracker.inventory.models import Migration, Scan
from migration_tracker.scope import queries as scope
from migration_tracker.scope.models import ScopeChange


@dataclass(frozen=True, slots=True)
class Phase:
    """A phase of the plan: its workers' progress, and what it asks for besides workers."""

    key: str
    title: str
    deferred: str | None
    total: int
    migrated: int
    proven: int
    items: Sequence[PhaseItemState]
    agreed: bool = True

    @property
    def done(self) -> bool:
        """Whether all its workers are proven and its items met; one that asks for nothing is never done.

        Nor is one of a migration whose scope has changed without a lead having agreed.
        """
        asks = self.agreed and bool(self.total or self.items)
        return asks and self.proven == self.total and all(item.settled for item in self.items)


@dataclass(frozen=True, slots=True)
class Disagreement:
    """What two witnesses contradict each other in; the `owners` are who should act."""

    name: str
    address: str
    text: str
    owners: Sequence[str]


@dataclass(frozen=True)
class Board:
    """All that the latest scan and everything after it say of one migration."""

    migration: Migration
    scan: Scan | None
    pending_scan: Scan | None
    failed_scan: Scan | None
    roll: Roll
    criteria: Sequence[Outcome]
    changes: Sequence[ScopeChange] = ()
    phase_items: Mapping[str, Sequence[PhaseItemState]] = field(default_factory=dict)

    @cached_property
    def unapproved(self) -> list[ScopeChange]:
        """The changes of scope that no lead has approved: as long as there are some, nothing is done."""
        return [change for change in self.changes if change.unapproved]

    @property
    def lines(self) -> Sequence[Line]:
        """Every worker, by name."""
        return self.roll.lines

    @property
    def progress(self) -> Progress:
        return self.roll.progress

    @cached_property
    def phases(self) -> list[Phase]:
        if self.scan is None:
            return []
        phases = []
        for phase in self.scan.definition.phases:
            progress = self.roll.phases.get(phase.key, NOTHING)
            phases.append(
                Phase(
                    key=phase.key,
                    title=phase.title,
                    deferred=phase.deferred,
                    total=progress.total,
                    migrated=progress.migrated,
                    proven=progress.proven,
                    items=self.phase_items.get(phase.key, []),
                    agreed=not self.unapproved,
                )
            )
        return phases

    @cached_property
    def phase_titles(self) -> dict[str, str]:
        """What a phase is called, by its key; that of the workers without one too."""
        phases = self.scan.definition.phases if self.scan else ()
        return {"": BEFORE_THE_PLAN, **{phase.key: phase.title for phase in phases}}

    @property
    def busy(self) -> bool:
        """Whether a scan, or a smoke run of one of the workers, is queued or running."""
        return self.pending_scan is not None or self.roll.active

    def disagreements(self, most: int | None = None) -> list[Disagreement]:
        """What the witnesses of the first `most` disputed workers disagree in, or those of all."""
        details = [Detail(line, self.migration.key) for line in self.roll.disputed[:most]]
        return [
            Disagreement(one.line.name, one.address, text, one.owners)
            for one in details
            for text in one.disagreements
        ]


def board(migration: Migration) -> Board:
    """The board of a migration as it stands; without lines as long as nothing was scanned."""
    scan = inventory.latest_scan(migration)
    summary = standings.summary(migration, scan) if scan else None
    return Board(
        migration,
        scan,
        inventory.pending_scan(migration),
        inventory.failed_scan(migration),
        standings.roll(migration, scan, summary.heard) if scan and summary else Roll(),
        success.read(scan.definition, summary.criteria) if scan and summary else [],
        scope.present(migration) if scan else [],
        checklists.phase_items(scan) if scan else {},
    )
