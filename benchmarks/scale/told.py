"""What the tracker's own rows say of each phase, and whether it is what was made. Needs Django set up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from statistics import median
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402  # models need Django set up
from django.utils import timezone  # noqa: E402

from benchmarks.scale.repositories import Repository  # noqa: E402
from benchmarks.table import show  # noqa: E402
from migration_tracker.accounts import services, tokens  # noqa: E402
from migration_tracker.accounts.models import Scope, User  # noqa: E402
from migration_tracker.audit import verification  # noqa: E402
from migration_tracker.audit.models import Chain  # noqa: E402
from migration_tracker.inventory import queries as inventory  # noqa: E402
from migration_tracker.inventory.models import HistoryReading, Migration, Scan  # noqa: E402
from migration_tracker.jobs import Job  # noqa: E402
from migration_tracker.smoke.models import SmokeRun  # noqa: E402

KINDS: dict[str, type[Any]] = {"scans": Scan, "histories": HistoryReading, "smoke runs": SmokeRun}


def somebody() -> tuple[str, str, str]:
    """An administrator's name and password, and a token of the API that may run everything."""
    password = services.make_person("bench", "administrator")
    _, token = tokens.make(
        User.objects.get(username="bench"), name="bench", scopes=[Scope.READ, Scope.RUN], days=1
    )
    return "bench", password, token


class Told:
    """The jobs of every phase, read from their rows."""

    def __init__(self, fleet: Sequence[Repository]) -> None:
        self._fleet = fleet
        self._phases: dict[str, dict[str, list[Job]]] = {}

    def now(self) -> datetime:
        """The database's time is ours: both are on this machine."""
        return timezone.now()

    def settled(self) -> bool:
        """Whether every repository is scanned at its HEAD and nothing is queued or running."""
        connection.close()
        if any(model._default_manager.active().exists() for model in KINDS.values()):
            return False
        scanned = {migration.key: inventory.latest_scan(migration) for migration in Migration.objects.all()}
        return all(
            (scan := scanned.get(one.key)) is not None and scan.commit == one.head for one in self._fleet
        )

    def keep(self, phase: str, began: datetime) -> None:
        """Keep what was asked for since then as the jobs of a phase."""
        self._phases[phase] = {
            kind: list(model._default_manager.filter(requested_at__gte=began).order_by("requested_at"))
            for kind, model in KINDS.items()
        }

    def first_begun(self, phase: str) -> float:
        """How long the first smoke run of a phase waited, in seconds."""
        return min(_waited(run) for run in self._phases[phase]["smoke runs"])

    def show(self, queues: Mapping[str, Mapping[str, int]]) -> None:
        """Print a row for each kind of job in each phase; `queues` are the most messages that waited."""
        rows = []
        for phase, kinds in self._phases.items():
            for kind, jobs in kinds.items():
                if not jobs:
                    continue
                waits, works = [_waited(job) for job in jobs], [_worked(job) for job in jobs]
                took = max(_end(job) for job in jobs) - min(job.requested_at for job in jobs)
                queue = "smoke" if kind == "smoke runs" else "scans"
                rows.append(
                    [
                        *(f"{phase}: {kind}", str(len(jobs)), f"{took.total_seconds():.1f}"),
                        f"{60 * len(jobs) / took.total_seconds():.0f}",
                        *(f"{min(waits):.1f}", f"{median(waits):.1f}", f"{max(waits):.1f}"),
                        *(f"{median(works):.2f}", f"{max(works):.2f}", str(queues[phase].get(queue, 0))),
                        str(sum(job.attempt > 1 for job in jobs)),
                    ]
                )
        headings = ["", "jobs", "s in all", "a minute", "wait s: least", "median", "most"]
        show([*headings, "work s: median", "most", "longest queue", "tried again"], rows)

    def flaws(self) -> list[str]:
        """What is not as it was made, a line each."""
        found = [f"{scan}: {scan.error}" for scan in Scan.objects.exclude(error="")]
        found += [f"{run}: {run.result}: {run.reason}" for run in SmokeRun.objects.exclude(result="passed")]
        for one in self._fleet:
            scan = inventory.latest_scan(Migration.objects.get(key=one.key))
            counted = Counter(scan.observations.values_list("status", flat=True)) if scan else Counter()
            if counted != one.statuses:
                found.append(f"{one.key}: {dict(counted)} were found, {dict(one.statuses)} were made")
        chains = Chain.objects.values_list("key", flat=True)
        return found + [f"{chain}: {flaw}" for chain in chains if (flaw := verification.verify(chain).flaw)]


def _waited(job: Job) -> float:
    assert job.started_at
    return max(0.0, (job.started_at - job.requested_at).total_seconds())


def _worked(job: Job) -> float:
    assert job.started_at
    return (_end(job) - job.started_at).total_seconds()


def _end(job: Job) -> datetime:
    assert job.finished_at
    return job.finished_at
