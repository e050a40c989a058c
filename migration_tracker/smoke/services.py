"""Asking for smoke runs, and keeping what they say."""

from collections.abc import Callable, Iterable

from django.db import IntegrityError, transaction
from django.utils import timezone

from migration_tracker import probing
from migration_tracker.accounts.models import User
from migration_tracker.audit import services as audit
from migration_tracker.checklists.models import Evidence, Verdict, Witness
from migration_tracker.inventory import code
from migration_tracker.inventory import queries as inventory
from migration_tracker.inventory.models import Migration, Observation, Scan, Worker
from migration_tracker.jobs import MOST_ATTEMPTS, State
from migration_tracker.smoke import queries
from migration_tracker.smoke.errors import Implausible, NotAllowed, NothingToRun
from migration_tracker.smoke.models import DECISIVE, Attempt, Occasion, Result, SmokeRun, Stage, Transport
from migration_tracker.smoke.signals import run_ended, runs_moved

ITEM = "both-transports"
BACKOFF_SECONDS = (30, 120)  # before the second and the third attempt


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
            _record(by, "smoke.requested", run, f"asked for a smoke run of {worker} on {transport}")
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
        _record(by, "smoke.cancelled", run, f"cancelled the smoke run of {run.worker} on {run.transport}")
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
        _record(by, "smoke.cancelled", run, f"cancelled the smoke run of {run.worker} on {run.transport}")
    return bool(withdrawn)


def hear_stage(run: SmokeRun, position: int, report: probing.StageReport) -> None:
    """Keep a stage as it begins and as it ends, so that the page can show it while the run goes on."""
    if run.mine().update(heartbeat_at=timezone.now()):
        _keep_stage(run, position, report)


@transaction.atomic
def try_again(run: SmokeRun, report: probing.Report) -> bool:
    """Keep an attempt that ended in an error, and put the run off to be tried again.

    Returns:
        False if that was the last attempt, or the run is not wanted any more; nothing is kept then.
    """
    if run.attempt >= MOST_ATTEMPTS or not run.put_off(BACKOFF_SECONDS[run.attempt - 1]):
        return False
    Attempt.objects.create(
        run=run,
        number=run.attempt,
        started_at=run.started_at,
        reason=report.reason,
        broker=report.broker,
        log=report.log,
    )
    for position, stage in enumerate(report.stages):
        _keep_stage(run, position, stage)
    SmokeRun.objects.filter(pk=run.pk).update(log="")
    said = f"could not run {run.worker} on {run.transport}, and tries again: {report.reason}"
    _record(None, "smoke.put_off", run, said)
    return True


@transaction.atomic
def finish(run: SmokeRun, report: probing.Report) -> bool:
    """Keep how a run ended, with its evidence and audit entry; False if this attempt was given up as lost."""
    kept = run.mine().update(
        state=State.DONE,
        finished_at=timezone.now(),
        result=report.result,
        level=report.level,
        reason=report.reason,
        cause=report.cause.as_json() if report.cause else None,
        broker=report.broker,
        log=report.log,
        seconds=report.seconds,
    )
    if kept != 1:
        return False
    run.refresh_from_db()
    for position, stage in enumerate(report.stages):
        _keep_stage(run, position, stage)
    if run.result in DECISIVE:
        _testify(run)
    _record(None, "smoke.finished", run, f"ran {run.worker} on {run.transport}: {run.result}")
    run_ended.send(SmokeRun, run=run)
    return True


@transaction.atomic
def give_up(run: SmokeRun, reason: str) -> None:
    """End a run that was lost too often as the harness's error; it says nothing about the worker."""
    ended = (
        SmokeRun.objects.filter(pk=run.pk, attempt=run.attempt)
        .active()
        .update(state=State.DONE, result=Result.ERROR, reason=reason, finished_at=timezone.now())
    )
    if ended:
        run.refresh_from_db()
        _record(None, "smoke.finished", run, f"gave up running {run.worker} on {run.transport}")
        run_ended.send(SmokeRun, run=run)


@transaction.atomic
def keep_reported(
    said: Iterable[tuple[Worker | None, probing.Report]], commit: str, *, by: User
) -> list[SmokeRun]:
    """Keep runs that ran elsewhere, such as in CI, as the word of `by`; all of them or none.

    Args:
        said: each worker, None for one that nobody knows, with what its run said.
        commit: of what they ran; a scan must have seen each worker there, so that the fingerprint is known.
        by: who answers for it.

    Raises:
        NothingToRun: no scan has seen one of the workers at that commit.
        Implausible: a run passed without a stage that did.
    """
    return [_keep_reported(worker, report, commit, by) for worker, report in said]


def _keep_reported(worker: Worker | None, report: probing.Report, commit: str, by: User) -> SmokeRun:
    seen = worker.observations.filter(scan__commit=commit).order_by("-pk").first() if worker else None
    if worker is None or seen is None:
        raise NothingToRun(f"No scan has seen {report.worker} at {commit}: ask for a scan of it first.")
    went = {stage.result for stage in report.stages} - {probing.Result.SKIPPED}
    if report.result is probing.Result.PASSED and went != {probing.Result.PASSED}:
        raise Implausible(f"{report.worker} is said to have passed, but not every stage of it has.")
    run = SmokeRun.objects.create(
        worker=worker,
        transport=report.transport,
        commit=commit,
        fingerprint=seen.fingerprint,
        requested_by=by,
        occasion=Occasion.REPORT,
        state=State.DONE,
        finished_at=timezone.now(),
        result=report.result,
        level=report.level,
        reason=report.reason,
        cause=report.cause.as_json() if report.cause else None,
        broker=report.broker,
        log=report.log,
        seconds=report.seconds,
    )
    for position, stage in enumerate(report.stages):
        _keep_stage(run, position, stage)
    if run.result in DECISIVE:
        _testify(run)
    sentence = f"reported a run of {worker} on {run.transport} that ran elsewhere: {run.result}"
    _record(by, "smoke.finished", run, sentence)
    run_ended.send(SmokeRun, run=run)
    return run


def _keep_stage(run: SmokeRun, position: int, report: probing.StageReport) -> None:
    Stage.objects.update_or_create(
        run=run,
        attempt=run.attempt,
        key=report.key,
        defaults={
            "position": position,
            "title": report.title,
            "result": report.result,
            "seconds": report.seconds,
            "detail": report.detail,
            "evidence": report.evidence,
        },
    )


def _testify(run: SmokeRun) -> None:
    """Say what the runs on both transports together mean for the item that is theirs to judge.

    A run of code that is not the present one says nothing of it.
    """
    observation = inventory.current(run.worker)
    if observation is None or observation.fingerprint != run.fingerprint:
        return
    cells = queries.cells(observation.scan, [observation])[run.worker_id]
    failed = [cell.decisive for cell in cells if cell.decisive and cell.fails]
    if failed:
        verdict, reason = (
            Verdict.UNMET,
            "; ".join(f"failed on {one.transport}: {one.reason}" for one in failed),
        )
    elif missing := [cell for cell in cells if not cell.proves]:
        verdict, reason = Verdict.UNKNOWN, " ".join(queries.lacking(cell) for cell in missing)
    else:
        verdict, reason = Verdict.MET, "Passed on kafka and on eventhub."
    Evidence.objects.create(
        worker=run.worker,
        item=ITEM,
        witness=Witness.SMOKE,
        verdict=verdict,
        reason=reason,
        commit=run.commit,
        fingerprint=run.fingerprint,
        source=run.pk,
    )


def _record(by: User | None, action: str, run: SmokeRun, sentence: str) -> None:
    audit.record(
        by,
        action,
        run.worker,
        chain=run.worker.migration.chain,
        sentence=sentence,
        run=run.pk,
        transport=run.transport,
        commit=run.commit,
        fingerprint=run.fingerprint,
        result=run.result,
        broker=run.broker,
    )
