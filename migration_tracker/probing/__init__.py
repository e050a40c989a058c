"""Smoke runs: boot a worker against a broker, watch it, say what happened. No Django, no database."""

from migration_tracker.probing.cause import Cause
from migration_tracker.probing.course import run
from migration_tracker.probing.description import Description
from migration_tracker.probing.errors import CommandError, DescriptionError, ProbingError, SelectionError
from migration_tracker.probing.plan import Plan, Timeouts
from migration_tracker.probing.report import Report, Result, StageReport, reaching
from migration_tracker.probing.sandbox import Limits

__all__ = [
    "Cause",
    "CommandError",
    "Description",
    "DescriptionError",
    "Limits",
    "Plan",
    "ProbingError",
    "Report",
    "Result",
    "SelectionError",
    "StageReport",
    "Timeouts",
    "reaching",
    "run",
]
