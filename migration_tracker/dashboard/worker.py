"""What the page of one worker shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from migration_tracker.audit import queries as audit
from migration_tracker.dashboard import hearing
from migration_tracker.dashboard.next_step import next_step
from migration_tracker.inventory.forms import AssignForm
from migration_tracker.inventory.models import Worker
from migration_tracker.patches import queries as patches
from migration_tracker.smoke import breakages
from migration_tracker.smoke import queries as smoke
from migration_tracker.smoke.models import Breakage, Result, SmokeRun
from migration_tracker.smoke.queries import Cell

RECENT_RUNS = 30
RECENT_ENTRIES = 50


@dataclass(frozen=True, slots=True)
class TransportRuns:
    """The runs of a worker on one transport, the latest first, and what became of its last pass."""

    cell: Cell
    runs: list[SmokeRun]
    breakage: Breakage | None

    @property
    def why(self) -> str:
        """What there is to say of the last result; empty where it is a pass that proves."""
        return "" if self.cell.proves and self.cell.result == Result.PASSED else self.cell.reason


def worker_context(worker: Worker) -> dict[str, Any]:
    """The context of the page and of each of its parts."""
    heard = hearing.worker(worker)
    row = heard.row if heard else None
    cells = row.cells if row else []
    patch = patches.latest(worker)
    return {
        "migration": worker.migration,
        "worker": worker,
        "row": row,
        "observation": row.observation if row else None,
        "items": row.items if row else [],
        "findings": heard.findings if heard else [],
        "next_step": next_step(row) if row else None,
        "runs": list(_runs(worker, cells)),
        "patch": patch,
        "assignment": AssignForm.of(worker),
        "turns": worker.turns.order_by("-position"),
        "trail": audit.about(worker)[:RECENT_ENTRIES],
        "busy": any(cell.active for cell in cells) or bool(patch and patch.active),
    }


def _runs(worker: Worker, cells: Sequence[Cell]) -> Iterator[TransportRuns]:
    broken = breakages.latest(worker)
    for cell in cells:
        runs = smoke.history(worker, cell.transport, RECENT_RUNS)
        last = broken.get(cell.transport)
        mended = last and any(run.result == Result.PASSED and run.pk > last.failed_id for run in runs)
        yield TransportRuns(cell, runs, None if mended else last)
