"""A run under way: what its stages share."""

from __future__ import annotations

from dataclasses import dataclass, field

from migration_tracker.probing.commands import Crashed
from migration_tracker.probing.description import Description
from migration_tracker.probing.fence import Attempt
from migration_tracker.probing.inside import Left
from migration_tracker.probing.memory import Memory
from migration_tracker.probing.plan import Plan
from migration_tracker.probing.process import Household
from migration_tracker.probing.surroundings import Surroundings
from migration_tracker.probing.watch import Watch
from migration_tracker.probing.worker import Worker


@dataclass(slots=True)
class Probe:
    """The plan, what was started for it, and from the second stage on the worker; `later` holds the worker's
    lives in surroundings of their own, each with what it was for."""

    plan: Plan
    household: Household
    around: Surroundings
    watch: Watch
    worker: Worker | None = None
    setup_log: str = ""
    memory: Memory = field(default_factory=Memory)
    later: list[tuple[str, Worker]] = field(default_factory=list)

    @property
    def description(self) -> Description:
        """What the worker says about itself, for stages that are only reached if it could."""
        assert isinstance(self.around.description, Description)
        return self.around.description

    @property
    def running(self) -> Worker:
        """The worker, for stages that are only reached once it was started."""
        assert self.worker
        return self.worker

    def refused(self) -> list[Attempt]:
        """Where the fence refused the worker so far."""
        return self.around.fence.refused() if self.around.fence else []

    def foreign(self) -> list[Left]:
        """Which names that are not the run's the worker would have used, and where, on a given broker."""
        inside = getattr(self.around, "inside", None)
        return inside.seen("foreign") if inside else []

    def workers(self) -> list[Worker]:
        """All the lives of the worker so far."""
        return [*([self.worker] if self.worker else []), *(worker for _, worker in self.later)]

    def can_stop(self) -> bool:
        """Whether it is worth a look how the worker stops although a stage before has failed."""
        return self.worker is not None and self.worker.ready and not self.worker.ended()

    def log(self) -> str:
        """The worker's output, or that of the describe command if it crashed, or of a setup that failed."""
        if self.worker:
            told = [f"\n── {what} ──\n{worker.log.text()}" for what, worker in self.later]
            return "".join([self.worker.log.text(), *told])
        described = getattr(self.around, "description", None)
        return described.log if isinstance(described, Crashed) else self.setup_log
