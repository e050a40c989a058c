"""Smoke runs as jobs. The row is the truth: a message lost or doubled, a process killed, changes nothing."""

import logging
from collections.abc import Callable
from pathlib import Path

from celery import shared_task
from django.conf import settings

from migration_tracker import probing
from migration_tracker.checkouts import checkout
from migration_tracker.inventory import code
from migration_tracker.inventory import queries as inventory
from migration_tracker.probing import DescriptionError, ProbingError
from migration_tracker.probing.plan import prepare
from migration_tracker.scanning.sources import Revision, SourceError
from migration_tracker.smoke import breakages, pruning, schedules, testimony
from migration_tracker.smoke.models import Breakage, SmokeRun
from migration_tracker.smoke.signals import runs_moved

log = logging.getLogger(__name__)

LIVE_CHARACTERS = 16_384  # of the log while it runs; at the end it is kept whole


class Tail:
    """The end of the worker's output as it grows: the heartbeat takes it along, so that the page follows."""

    def __init__(self) -> None:
        self._read: Callable[[], str] = str
        self._told = ""

    def follow(self, read: Callable[[], str]) -> None:
        self._read = read

    def news(self) -> dict[str, str]:
        """The row's log, if there is more of it than at the last call."""
        text = self._read()[-LIVE_CHARACTERS:]
        if text == self._told:
            return {}
        self._told = text
        return {"log": text}


@shared_task(name="smoke.run")
def run_smoke(pk: int) -> None:
    """Boot one worker as its row says. Safe to deliver twice: only the first call claims the row."""
    run: SmokeRun | None = SmokeRun.objects.claim(pk)
    if run is None:
        return
    runs_moved.send(SmokeRun, migration=run.worker.migration, workers=[run.worker_id])
    if reason := code.refusal(run.worker.migration):  # taken back after it was asked for
        testimony.finish(run, _error(run, reason))
        return
    tail = Tail()
    with run.beating(tail.news) as given_up:
        try:
            report = _probe(run, given_up, tail)
        except (DescriptionError, SourceError) as error:  # another attempt would come to the same
            testimony.finish(run, _error(run, str(error)))
            return
        if report.result is not probing.Result.ERROR or not testimony.try_again(run, report):
            testimony.finish(run, report)


@shared_task(name="smoke.breakage")
def tell_breakage(pk: int) -> None:
    """Find the commits between a pass and the failure it turned into. Safe to deliver twice."""
    if breakage := Breakage.objects.claim(pk):
        breakages.fill(breakage)


@shared_task(name="smoke.reconcile")
def reconcile() -> None:
    """Take up the runs whose message or process was lost, and the schedules whose time passed unheard."""
    schedules.run_all_due()
    SmokeRun.objects.defer("log").select_related("worker__migration").take_up(testimony.give_up)
    Breakage.objects.take_up(breakages.fail)


@shared_task(name="smoke.prune")
def prune() -> None:
    """Remove logs that are older than is kept; results, stages and evidence stay."""
    pruning.prune()


@shared_task(name="smoke.scheduled")
def scheduled(pk: int) -> None:
    """Ask for the runs of one schedule, if its time has come. Safe to deliver twice, late, or never."""
    schedules.run_due(pk)


def _probe(run: SmokeRun, given_up: Callable[[], bool], tail: Tail) -> probing.Report:
    scan = inventory.latest_scan(run.worker.migration)
    if scan is None:
        return _error(run, "The migration has no scan any more.")
    positions: dict[str, int] = {}

    def on_stage(stage: probing.StageReport) -> None:
        testimony.hear_stage(run, positions.setdefault(stage.key, len(positions)), stage)

    try:
        with checkout("smoke-") as scratch:
            folder = scratch / "checkout"
            Revision(Path(run.worker.migration.location), run.commit).export(folder)
            plan = prepare(folder, scan.definition.smoke, run.worker.name, run.transport)
            limits = probing.Limits(**settings.SMOKE_LIMITS)
            return probing.run(plan, on_stage=on_stage, cancelled=given_up, limits=limits, on_log=tail.follow)
    except (DescriptionError, SourceError):
        raise
    except ProbingError as error:
        return _error(run, str(error))
    except Exception as error:  # a fault of ours is never the worker's
        log.exception("%s", run)
        return _error(run, f"{type(error).__name__}: {error}")


def _error(run: SmokeRun, reason: str) -> probing.Report:
    return probing.Report.could_not_start(run.worker.name, run.transport, "", reason)
