"""What a smoke run says: the report, its stages, its result. Plain values that can be pickled and stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from itertools import takewhile
from typing import Any

from migration_tracker.probing.cause import Cause

LEVELS = {
    "booted": ("boots",),
    "ready": ("ready",),
    "processed": ("processes", "commits"),
    "survived": ("leaves", "bears", "stops", "drains", "raises", "returns"),
}
"""The levels in their order, each with the stages that make it."""


def reaching(level: str) -> tuple[str, ...]:
    """The levels that go as far as `level`, one of LEVELS, or further."""
    return tuple(LEVELS)[list(LEVELS).index(level) :]


class Result(StrEnum):
    """How a run or one of its stages ended; `running` and `skipped` are for stages only."""

    PASSED = "passed"
    FAILED = "failed"  # the worker's fault
    ERROR = "error"  # the harness's, the broker's or the definition's: it says nothing about the worker
    CANCELLED = "cancelled"
    SKIPPED = "skipped"
    RUNNING = "running"


@dataclass(frozen=True, slots=True)
class StageReport:
    """One stage of a run: `seconds` it took, `detail` in a sentence, `evidence` as values JSON can hold."""

    key: str
    title: str
    result: Result
    seconds: float = 0.0
    detail: str = ""
    evidence: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "title": self.title,
            "result": str(self.result),
            "seconds": round(self.seconds, 3),
            "detail": self.detail,
            "evidence": self.evidence,
        }


@dataclass(frozen=True, slots=True)
class Report:
    """What one worker did on one transport.

    `broker` names what kind it ran against (`stand-in`), `reason` why it did not pass (empty if it did),
    `cause` is the known cause behind it, `log` the worker's output with its middle cut out if it was long,
    `before` what was tried before and ended in an error.
    """

    worker: str
    transport: str
    result: Result
    broker: str
    stages: tuple[StageReport, ...]
    reason: str
    cause: Cause | None
    log: str
    started: datetime
    seconds: float
    before: tuple[Report, ...] = ()

    @classmethod
    def could_not_start(cls, worker: str, transport: str, broker: str, reason: str) -> Report:
        """The report of a run that never began, because of `reason`: an error."""
        return cls(worker, transport, Result.ERROR, broker, (), reason, None, "", datetime.now(UTC), 0.0)

    @property
    def level(self) -> str:
        """How far the worker was seen to come: the last of LEVELS whose stages all passed, without a gap."""
        passed = {stage.key for stage in self.stages if stage.result is Result.PASSED}
        reached = list(takewhile(lambda level: passed.issuperset(LEVELS[level]), LEVELS))
        return reached[-1] if reached else ""

    @property
    def lasting(self) -> bool:
        """Whether an error would be the same if the run were made again, such as a wrong description."""
        return any(stage.evidence.get("lasting") for stage in self.stages)

    def as_json(self) -> dict[str, Any]:
        return {
            "worker": self.worker,
            "transport": self.transport,
            "result": str(self.result),
            "level": self.level,
            "broker": self.broker,
            "reason": self.reason,
            "cause": self.cause.as_json() if self.cause else None,
            "started": self.started.isoformat(timespec="milliseconds"),
            "seconds": round(self.seconds, 3),
            "stages": [stage.as_json() for stage in self.stages],
            "log": self.log,
            "before": [report.as_json() for report in self.before],
        }
