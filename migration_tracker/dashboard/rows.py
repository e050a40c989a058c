"""One worker as its three witnesses see it: a row of the board, and all that its own page starts from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.utils import timezone

from migration_tracker.checklists import queries as checklists
from migration_tracker.checklists.queries import ItemState
from migration_tracker.dashboard.witnesses import Witnesses, hear
from migration_tracker.inventory import queries as inventory
from migration_tracker.inventory.models import REMOVED, Observation, Scan, Worker
from migration_tracker.scope import queries as scope
from migration_tracker.smoke import queries as smoke
from migration_tracker.smoke.disagreements import disagreements
from migration_tracker.smoke.queries import Cell

BEFORE_THE_PLAN = "before the plan"


@dataclass(frozen=True)
class Row:
    """One worker of the latest scan: what people, the code and the smoke runs say of it."""

    observation: Observation
    phase_title: str
    items: Sequence[ItemState]
    cells: Sequence[Cell]
    removed: bool = False

    @property
    def worker(self) -> Worker:
        return self.observation.worker

    @property
    def status(self) -> str:
        return REMOVED if self.removed else self.observation.status

    @property
    def owners(self) -> list[str]:
        """Whom it was given to by hand, or else those whom CODEOWNERS names."""
        return [self.worker.owner] if self.worker.owner else self.observation.owners

    @property
    def overdue(self) -> bool:
        due = self.worker.due
        return due is not None and not self.proven and due < timezone.now().date()

    @property
    def items_met(self) -> int:
        return sum(item.met for item in self.items)

    @property
    def items_total(self) -> int:
        return len(self.items)

    @cached_property
    def clean(self) -> bool:
        return not self.removed and checklists.is_clean(self.observation, self.items)

    @cached_property
    def proven(self) -> bool:
        """Clean, and passed on both transports, all on the same code. Nobody can click this."""
        return self.clean and all(cell.proves for cell in self.cells)

    @cached_property
    def witnesses(self) -> Witnesses:
        return hear(self.status, self.items, self.cells, clean=self.clean)

    @cached_property
    def disagreements(self) -> list[str]:
        """Where the witnesses contradict each other, a sentence each."""
        return disagreements(self.status, self.items, self.cells, clean=self.clean)


def rows(scan: Scan, observations: Iterable[Observation], until: datetime | None = None) -> list[Row]:
    """The rows of some observations, by worker name; one that is not of this scan is of a removed worker."""
    observations = sorted(observations, key=lambda observation: observation.worker.name)
    titles = {phase.key: phase.title for phase in scan.definition.phases}
    items = checklists.items(scan, observations, until)
    cells = smoke.cells(scan, observations, until)
    return [
        Row(
            observation=observation,
            phase_title=titles.get(observation.phase, BEFORE_THE_PLAN),
            items=items[observation.worker_id],
            cells=cells[observation.worker_id],
            removed=observation.scan_id != scan.pk,
        )
        for observation in observations
    ]


def of_scan(scan: Scan, workers: Sequence[int] | None = None, until: datetime | None = None) -> list[Row]:
    """The rows of every worker that a scan saw or that vanished before it, or of some of them."""
    observed = scan.observations.select_related("worker__migration")
    seen = [*(observed if workers is None else observed.filter(worker__in=workers))]
    if workers is not None and len(seen) == len({*workers}):
        return rows(scan, seen, until)
    gone = inventory.vanished(scan, scope.left_out(scope.present(scan.migration, until)))
    return rows(scan, [*seen, *(gone if workers is None else gone.filter(worker__in=workers))], until)
