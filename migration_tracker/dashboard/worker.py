"""What the page of one worker shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from migration_tracker.audit import queries as audit
from migration_tracker.dashboard.rows import rows
from migration_tracker.inventory import queries as inventory
from migration_tracker.inventory.forms import AssignForm
from migration_tracker.inventory.models import Finding, Worker
from migration_tracker.patches import queries as patches
from migration_tracker.smoke import queries as smoke
from migration_tracker.smoke.models import SmokeRun
from migration_tracker.smoke.queries import Cell

RECENT_RUNS = 30
RECENT_ENTRIES = 50


@dataclass(frozen=True, slots=True)
class TransportRuns:
    """The runs of a worker on one transport, the latest first."""

    cell: Cell
    runs: list[SmokeRun]


def worker_context(worker: Worker) -> dict[str, Any]:
    """The context of the page and of each of its parts."""
    observation = inventory.current(worker)
    row = rows(observation.scan, [observation])[0] if observation else None
    cells = row.cells if row else []
    patch = patches.latest(worker)
    return {
        "migration": worker.migration,
        "worker": worker,
        "row": row,
        "observation": observation,
        "items": row.items if row else [],
        "findings": sorted(observation.findings.all(), key=_weight) if observation else [],
        "runs": [TransportRuns(cell, smoke.history(worker, cell.transport, RECENT_RUNS)) for cell in cells],
        "patch": patch,
        "assignment": AssignForm.of(worker),
        "turns": worker.turns.order_by("-position"),
        "trail": audit.about(worker)[:RECENT_ENTRIES],
        "busy": any(cell.active for cell in cells) or bool(patch and patch.active),
    }


def _weight(finding: Finding) -> tuple[bool, str, int]:
    """What builds a client comes before what only names one."""
    return finding.kind in ("reference", "import"), finding.path, finding.line
