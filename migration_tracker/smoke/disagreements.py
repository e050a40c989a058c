"""Where the witnesses of a worker contradict each other."""

from __future__ import annotations

from collections.abc import Sequence

from migration_tracker.checklists.queries import ItemState
from migration_tracker.inventory.models import Status
from migration_tracker.smoke.queries import Cell


def disagreements(
    status: str, items: Sequence[ItemState], cells: Sequence[Cell], *, clean: bool
) -> list[str]:
    """A sentence for each contradiction.

    Args:
        status: what the scanner says of the worker's clients.
        items: its checklist.
        cells: its smoke runs.
        clean: whether the code alone would do for a proof.
    """
    found = [item.disagreement for item in items if item.disagreement]
    for cell in cells:
        if cell.decisive and cell.fails and status == Status.MIGRATED:
            found.append(
                f"The code is migrated, but the worker fails on {cell.transport}: {cell.decisive.why}"
            )
        if cell.before and cell.expired and clean and not cell.active:
            found.append(
                f"The pass on {cell.transport} is older than the code: it was at {cell.before.short_commit}."
            )
    return found
