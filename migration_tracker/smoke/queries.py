"""Reading smoke runs: the latest of each cell, and whether a worker is proven."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Max, QuerySet

from migration_tracker.inventory.models import Observation, Worker
from migration_tracker.jobs import State
from migration_tracker.smoke.models import DECISIVE, Result, SmokeRun, Transport


@dataclass(frozen=True, slots=True)
class Cell:
    """What the smoke runs say of one worker on one transport: of the code as it is now, or `stale`."""

    transport: str
    run: SmokeRun | None
    decisive: SmokeRun | None
    fingerprint: str

    @property
    def result(self) -> str:
        """never, queued, running, stale, or how the last run ended."""
        if self.run is None:
            return "never"
        if self.active:
            return self.run.state
        return "stale" if self.stale else self.run.result

    @property
    def active(self) -> bool:
        """Whether a run is queued or running."""
        return self.run is not None and self.run.active

    @property
    def stale(self) -> bool:
        """Whether the code has changed since the last run."""
        return self.run is not None and self.run.fingerprint != self.fingerprint

    @property
    def proves(self) -> bool:
        return self._ended(Result.PASSED)

    @property
    def fails(self) -> bool:
        return self._ended(Result.FAILED)

    @property
    def expired(self) -> bool:
        """Whether the last run that could tell passed, but on older code."""
        return self.decisive is not None and self.decisive.result == Result.PASSED and not self.proves

    def _ended(self, result: Result) -> bool:
        """Whether the last run that could tell ended with `result`, on the code as it is now."""
        return (
            self.decisive is not None
            and self.decisive.result == result
            and self.decisive.fingerprint == self.fingerprint
        )

    @property
    def reason(self) -> str:
        if self.run is None:
            return "Not run yet."
        if self.stale and not self.active:
            return f"{self.run.result} at {self.run.short_commit}; the code has changed since."
        return self.run.why


def cells(observations: Iterable[Observation]) -> dict[int, list[Cell]]:
    """Each worker's cells, kafka first, by worker pk, in a number of queries that does not grow with them."""
    observations = list(observations)
    workers = [observation.worker_id for observation in observations]
    runs = SmokeRun.objects.filter(worker__in=workers)
    last = _latest(runs)
    decisive = _latest(runs.filter(state=State.DONE, result__in=DECISIVE), "stages")
    return {
        observation.worker_id: [
            Cell(
                transport=transport,
                run=last.get((observation.worker_id, transport)),
                decisive=decisive.get((observation.worker_id, transport)),
                fingerprint=observation.fingerprint,
            )
            for transport in Transport.values
        ]
        for observation in observations
    }


def decisive(worker: Worker, fingerprint: str) -> list[SmokeRun]:
    """The last run on each transport that could tell passed from failed, at one fingerprint."""
    runs = SmokeRun.objects.filter(
        worker=worker, fingerprint=fingerprint, state=State.DONE, result__in=DECISIVE
    )
    return list(_latest(runs).values())


def history(worker: Worker, transport: str, most: int = 30) -> list[SmokeRun]:
    """The last runs of a cell, the latest first."""
    runs = SmokeRun.objects.filter(worker=worker, transport=transport)
    return list(runs.select_related("requested_by").prefetch_related("stages")[:most])


def _latest(runs: QuerySet[SmokeRun], *related: str) -> dict[tuple[int, str], SmokeRun]:
    latest = runs.order_by().values("worker", "transport").annotate(latest=Max("pk")).values("latest")
    found = SmokeRun.objects.filter(pk__in=latest).defer("log").prefetch_related(*related)
    return {(run.worker_id, run.transport): run for run in found}
