"""Asking for smoke runs, and calling them off."""

from collections.abc import Callable, Iterable

from django.db import IntegrityError, transaction
from django.utils import timezone

from migration_tracker.accounts.models import User
from migration_tracker.inventory import code
from migration_tracker.inventory import queries as inventory
from migration_tracker.inventory.models import Migration, Observation, Scan, Worker
from migration_tracker.jobs import State
from migration_tracker.smoke import queries, trail
from migration_tracker.smoke.errors import NotAllowed, NothingToRun
from migration_tracker.smoke.models import Occasion, Result, SmokeRun, Transport
from migration_tracker.smoke.signals import runs_moved


def request(worker: Worker, transports: Iterable[str], *, by: User | None) -> list[SmokeRun]:
    """Queue a run of `worker` on each transport; one that is queued or running already is taken as it is.

    Args:
        worker: whom to boot, at the commit of the latest scan.
        transports: out of `Transport`.
        by: who asked; None for the schedule.

    Raises:
        NothingToRun: the worker is not in the latest scan.
        NotAllowed: the migration's code may not run here.
    """
    observation = inventory.current(worker)
    if observation is None:
        raise NothingToRun(f"{worker} is not in the latest scan: there is no commit to boot it from.")
    runs = [ask(observation, transport, by=by) for transport in transports]
    runs_moved.send(SmokeRun, migration=worker.migration, workers=[worker.pk])
    return runs


def request_all(migration: Migration, transports: Iterable[str], *, by: User | None) -> list[SmokeRun]:
    """Queue a run of every worker of the latest scan on each transport, as `request` does."""
    scan = inventory.latest_scan(migration)
    if scan is None:
        return []
    seen = scan.observations.select_related("scan__migration", "worker__migration")
    return ask_for(scan, seen, transports, by=by)


def ask_for(
    scan: Scan,
    observations: Iterable[Observation],
    transports: Iterable[str],
    *,
    by: User | None,
    occasion: Occasion | None = None,
    only: Callable[[queries.Cell], bool] = lambda _: True,
) -> list[SmokeRun]:
    """Queue runs of many workers, or only of some of their cells, in the order in which they may be news."""
    seen = {one.worker_id: one for one in observations}
    wanted = set(transports)
    cells = [
        (worker, cell)
        for worker, both in queries.cells(scan, seen.values()).items()
        for cell in both
        if cell.transport in wanted and only(cell)
    ]
    cells.sort(key=lambda pair: queries.newsworthiness(pair[1]))
    runs = [ask(seen[worker], cell.transport, by=by, occasion=occasion) for worker, cell in cells]
    runs_moved.send(SmokeRun, migration=scan.migration, workers=list(seen))
    return runs


def ask(
    observation: Observation, transport: str, *, by: User | None, occasion: Occasion | None = None
) -> SmokeRun:
    """Queue a run of what a scan saw; one of that cell that is under way is taken as it is.

    Whoever asks sends `runs_moved`, once for all they ask for.

    Raises:
        NotAllowed: the migration's code may not run here.
    """
    worker = observation.worker
    if reason := code.refusal(worker.migration):
        raise NotAllowed(reason)
    try:
        with transaction.atomic():
            run = SmokeRun.objects.create(
                worker=worker,
                transport=transport,
                commit=observation.scan.commit,
                fingerprint=observation.fingerprint,
                requested_by=by,
                occasion=occasion or (Occasion.ASKED if by else Occasion.SCHEDULE),
            )
            trail.record(by, "smoke.requested", run, f"asked for a smoke run of {worker} on {transport}")
            run.enqueue()
            return run
    except IntegrityError:  # the second of two clicks; should the first be over by now, this one counts
        active = SmokeRun.objects.active().filter(worker=worker, transport=transport).first()
        return active or ask(observation, transport, by=by, occasion=occasion)


@transaction.atomic
def cancel(run: SmokeRun, *, by: User) -> bool:
    """Stop a run: at once if it is queued, else as soon as its job looks. False if it is over already."""
    if withdraw(run, f"Cancelled by {by}.", by=by):
        return True
    running = SmokeRun.objects.filter(pk=run.pk, state=State.RUNNING).update(cancel_requested=True)
    if running:
        trail.record(
            by, "smoke.cancelled", run, f"cancelled the smoke run of {run.worker} on {run.transport}"
        )
    return bool(running)


def request_failed(migration: Migration, *, by: User) -> list[SmokeRun]:
    """Queue a run of each cell that fails on the present code, or whose last run could not tell."""
    scan = inventory.latest_scan(migration)
    if scan is None:
        return []
    seen = scan.observations.select_related("scan__migration", "worker__migration")
    return ask_for(scan, seen, Transport.values, by=by, only=_failed)


def _failed(cell: queries.Cell) -> bool:
    return not cell.active and (cell.fails or cell.result == Result.ERROR)


def cancel_all(migration: Migration, *, by: User) -> int:
    """Stop every run of a migration that is queued or running; how many there were."""
    active = SmokeRun.objects.active().filter(worker__migration=migration).defer("log")
    return sum(cancel(run, by=by) for run in active.select_related("worker__migration"))


@transaction.atomic
def withdraw(run: SmokeRun, reason: str, *, by: User | None = None) -> bool:
    """End a run that is queued before it begins. False if it has begun."""
    withdrawn = SmokeRun.objects.filter(pk=run.pk, state=State.QUEUED).update(
        state=State.DONE, result=Result.CANCELLED, finished_at=timezone.now(), reason=reason
    )
    if withdrawn:
        trail.record(
            by, "smoke.cancelled", run, f"cancelled the smoke run of {run.worker} on {run.transport}"
        )
    return bool(withdrawn)
