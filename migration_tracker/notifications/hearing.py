"""What there is to tell: listens to smoke runs, scans, waivers and assignments."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from migration_tracker.checklists import queries as checklists
from migration_tracker.checklists.models import Waiver
from migration_tracker.inventory import queries as inventory
from migration_tracker.inventory.models import Observation, Scan, Status, Worker
from migration_tracker.notifications.models import Event
from migration_tracker.notifications.outbox import tell
from migration_tracker.smoke import queries as smoke
from migration_tracker.smoke.disagreements import disagreements
from migration_tracker.smoke.models import Occasion, Result, SmokeRun


def hear_run(run: SmokeRun, **_: Any) -> None:
    """A cell began to fail, or recovered: only that is news, and only of the present code."""
    observation = inventory.current(run.worker)
    if observation is None or observation.fingerprint != run.fingerprint:
        return
    if run.result == Result.FAILED:
        lost = run.occasion == Occasion.CHANGE
        event = Event.PROOF_LOST if lost else Event.RUN_FAILED
        said = "has changed and fails" if lost else "fails"
        text, cause = f"{run.worker} {said} on {run.transport}: {run.why}", f"{event} {run.why}"
    elif run.result == Result.PASSED and run.reaches(observation.scan.definition.smoke.proves):
        event, cause = Event.RECOVERED, str(Event.RECOVERED)
        text = f"{run.worker} passes on {run.transport} again."
    else:
        return
    if streak := smoke.failures_in_a_row(run):
        tell(
            event,
            text,
            key=f"run {run.pk}",
            cause=cause,
            path=run.get_absolute_url(),
            migration=run.worker.migration,
            worker=run.worker,
            owners=owners(observation),
            streak=streak,
        )


def hear_scan(scan: Scan, **_: Any) -> None:
    """Workers slipped back: the scan before called them migrated."""
    before = scan.migration.scans.filter(pk__lt=scan.pk, error="", finished_at__isnull=False).first()
    if before is None:
        return
    migrated = before.observations.filter(status=Status.MIGRATED).values("worker")
    seen = scan.observations.filter(worker__in=migrated).exclude(status=Status.MIGRATED)
    for observation in seen.select_related("worker__migration"):
        tell(
            Event.REGRESSION,
            f"{observation.worker} slipped back to {observation.status}, at {scan.short_commit}.",
            key=f"scan {scan.pk} worker {observation.worker_id}",
            cause=f"{Event.REGRESSION} {scan.commit}",
            path=observation.worker.get_absolute_url(),
            migration=scan.migration,
            worker=observation.worker,
            owners=owners(observation),
        )


def hear_waiver(waiver: Waiver, **_: Any) -> None:
    """A waiver's time is over: its item counts again."""
    observation = inventory.current(waiver.worker) if waiver.worker else None
    tell(
        Event.WAIVER_LAPSED,
        f"The waiver of “{waiver.item}” of {waiver.of} lapsed; {waiver.asked_by} had asked for it.",
        key=f"waiver {waiver.pk} lapsed",
        cause=str(Event.WAIVER_LAPSED),
        path=waiver.address,
        migration=waiver.home,
        worker=waiver.worker,
        owners=owners(observation) if observation else [],
    )


def hear_assignment(worker: Worker, **_: Any) -> None:
    """Somebody was given a worker whose witnesses disagree."""
    observation = inventory.current(worker)
    if observation is None or not worker.owner:
        return
    items = checklists.items(observation.scan, [observation])[worker.pk]
    cells = smoke.cells(observation.scan, [observation])[worker.pk]
    clean = checklists.is_clean(observation, items)
    if found := disagreements(observation.status, items, cells, clean=clean):
        tell(
            Event.DISAGREEMENT,
            f"{worker.owner} was given {worker}, whose witnesses disagree: {' '.join(found)}",
            key=f"worker {worker.pk} given {timezone.now().isoformat()}",
            cause=f"{Event.DISAGREEMENT} {worker.owner}",
            path=worker.get_absolute_url(),
            migration=worker.migration,
            worker=worker,
            owners=[worker.owner],
        )


def owners(observation: Observation) -> list[str]:
    """Whom a worker was given to by hand, or else those whom CODEOWNERS names."""
    worker = observation.worker
    return [worker.owner] if worker.owner else list(observation.owners)
