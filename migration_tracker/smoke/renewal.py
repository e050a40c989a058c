"""Proving anew what the code has moved on from: a change voids a proof, and a run of the new code is queued.

What is to be done is told by the rows alone, so that it comes out the same whatever was lost in between.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from migration_tracker.inventory import code
from migration_tracker.inventory import queries as inventory
from migration_tracker.inventory.models import Observation, Scan
from migration_tracker.jobs import State
from migration_tracker.smoke import queries, services
from migration_tracker.smoke.models import Occasion, SmokeRun
from migration_tracker.smoke.queries import Cell
from migration_tracker.smoke.signals import runs_moved


def hear_scan(scan: Scan, **_: Any) -> None:
    """Renew, in the scan's own transaction, the proofs that it voids."""
    renew(scan, scan.observations.select_related("scan__migration", "worker__migration"))


def hear_run(run: SmokeRun, **_: Any) -> None:
    """Renew what could not be as long as a run of older code held its cell."""
    observation = inventory.current(run.worker)
    if observation and observation.fingerprint != run.fingerprint:
        renew(observation.scan, [observation])


@transaction.atomic
def renew(scan: Scan, observations: Iterable[Observation]) -> list[SmokeRun]:
    """Queue a run for each proof that the code has outlived, on each transport that had passed.

    None where the migration's code may not run here. Once for a fingerprint: how that run ended stands, until
    somebody asks for another.

    Args:
        scan: the latest of the migration.
        observations: what it says of the workers that are meant.
    """
    if code.refusal(scan.migration):
        return []
    observations = list(observations)
    cells = queries.cells(scan, observations)
    runs = [
        services.ask(observation, cell.transport, by=None, occasion=Occasion.CHANGE)
        for observation in observations
        for cell in cells[observation.worker_id]
        if cell.expired and cell.stale and (not cell.active or _supersede(cell))
    ]
    runs_moved.send(SmokeRun, migration=scan.migration, workers=[run.worker_id for run in runs])
    return runs


def _supersede(cell: Cell) -> bool:
    """Take back a renewal that has not begun yet and is of code that has changed again."""
    assert cell.run is not None
    waiting = SmokeRun.objects.filter(pk=cell.run.pk, state=State.QUEUED, occasion=Occasion.CHANGE)
    return bool(waiting.exists() and services.withdraw(cell.run, "The code has changed again."))
