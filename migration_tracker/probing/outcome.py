"""How one stage ended, as the stage itself says it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from migration_tracker.probing.report import Result


@dataclass(frozen=True, slots=True)
class Outcome:
    result: Result
    detail: str = ""
    evidence: dict[str, Any] = field(default_factory=dict)


def passed(detail: str = "", **evidence: Any) -> Outcome:
    return Outcome(Result.PASSED, detail, evidence)


def failed(detail: str, **evidence: Any) -> Outcome:
    """It did not do it, and that is the worker's fault."""
    return Outcome(Result.FAILED, detail, evidence)


def skipped(detail: str) -> Outcome:
    return Outcome(Result.SKIPPED, detail)


def error(detail: str, **evidence: Any) -> Outcome:
    """It could not be told, and that is not the worker's fault."""
    return Outcome(Result.ERROR, detail, evidence)
