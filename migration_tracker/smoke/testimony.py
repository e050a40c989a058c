"""Keeping what runs say, as they go and as they end."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from migration_tracker import probing
from migration_tracker.accounts.models import User
from migration_tracker.checklists.models import Evidence, Verdict, Witness
from migration_tracker.inventory import queries as inventory
from migration_tracker.inventory.models import Worker
from migration_tracker.jobs import MOST_ATTEMPTS, State
from migration_tracker.smoke import queries, trail
from migration_tracker.smoke.errors import Implausible, NothingToRun
from migration_tracker.smoke.models import DECISIVE, Attempt, Occasion, Result, SmokeRun, Stage
from migration_tracker.smoke.signals import run_ended

ITEM = "both-transports"
BACKOFF_SECONDS = (30, 120)  # before the second and the third attempt


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
    trail.record(None, "smoke.put_off", run, said)
    return True


@transaction.atomic
def finish(run: SmokeRun, report: probing.Report) -> bool:
    """Keep how a run ended, with its evidence and audit entry; False if this attempt was given up as lost."""
    kept = run.mine().update(
        **_ending(report),
    )
    if kept != 1:
        return False
    run.refresh_from_db()
    _conclude(run, report, None, f"ran {run.worker} on {run.transport}: {run.result}")
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
        trail.record(None, "smoke.finished", run, f"gave up running {run.worker} on {run.transport}")
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
        **_ending(report),
    )
    sentence = f"reported a run of {worker} on {run.transport} that ran elsewhere: {run.result}"
    _conclude(run, report, by, sentence)
    return run


def _ending(report: probing.Report) -> dict[str, Any]:
    """What a run's row says of how it ended."""
    return {
        "state": State.DONE,
        "finished_at": timezone.now(),
        "result": report.result,
        "level": report.level,
        "reason": report.reason,
        "cause": report.cause.as_json() if report.cause else None,
        "broker": report.broker,
        "log": report.log,
        "seconds": report.seconds,
    }


def _conclude(run: SmokeRun, report: probing.Report, by: User | None, sentence: str) -> None:
    """Keep the stages of a run that has ended, let it testify, and tell."""
    for position, stage in enumerate(report.stages):
        _keep_stage(run, position, stage)
    if run.result in DECISIVE:
        _testify(run)
    trail.record(by, "smoke.finished", run, sentence)
    run_ended.send(SmokeRun, run=run)


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
