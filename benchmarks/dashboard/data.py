"""An installation that has grown large, made up: for the same size the same in each database."""

from __future__ import annotations

from benchmarks.dashboard import checklists, inventory, runs, trail
from benchmarks.dashboard.insertion import analyze
from benchmarks.dashboard.plan import Plan, Size

__all__ = ["Size", "fill"]


def fill(size: Size) -> None:
    """Fill an empty database."""
    plan = Plan(size)
    inventory.people(plan)
    inventory.migrations(plan)
    inventory.scans(plan)
    inventory.history(plan)
    runs.runs(plan)
    checklists.checklists(plan)
    trail.trail(plan)
    analyze()
