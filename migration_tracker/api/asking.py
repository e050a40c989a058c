"""Asking for scans and smoke runs, and reporting runs that ran elsewhere."""

from __future__ import annotations

from datetime import UTC, datetime

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router, Status
from ninja.errors import HttpError

from migration_tracker import probing
from migration_tracker.accounts.models import Scope
from migration_tracker.accounts.roles import REPORT, SCAN, SMOKE
from migration_tracker.api.auth import ByToken, migration_of, owner
from migration_tracker.api.reading import TROUBLES
from migration_tracker.api.schemas import AskIn, Queued, RunIn, SmokeIn
from migration_tracker.inventory import services as inventory
from migration_tracker.inventory.models import Worker
from migration_tracker.smoke import services as smoke
from migration_tracker.smoke import testimony
from migration_tracker.smoke.errors import SmokeError

router = Router()


@router.post("/migrations/{slug:key}/scans", auth=ByToken(Scope.RUN), response={202: Queued, **TROUBLES})
def scan(request: HttpRequest, key: str) -> Status[Queued]:
    """Have the tracker scan its repository's HEAD. It reads for itself: what others read goes to the gate."""
    queued = inventory.request_scan(migration_of(request, key, SCAN), by=owner(request))
    return Status(202, Queued(ids=[queued.pk]))


@router.post("/migrations/{slug:key}/smoke", auth=ByToken(Scope.RUN), response={202: Queued, **TROUBLES})
def run(request: HttpRequest, key: str, asked: AskIn) -> Status[Queued]:
    """Start smoke runs of one worker or of all, at the commit of the latest scan."""
    by, migration = owner(request), migration_of(request, key, SMOKE)
    transports = sorted(set(asked.transports))
    try:
        if asked.worker is None:
            queued = smoke.request_all(migration, transports, by=by)
        else:
            worker = get_object_or_404(migration.workers, name=asked.worker)
            queued = smoke.request(worker, transports, by=by)
    except SmokeError as error:
        raise HttpError(409, str(error)) from error
    return Status(202, Queued(ids=[one.pk for one in queued]))


@router.post("/migrations/{slug:key}/reports", auth=ByToken(Scope.REPORT), response={201: Queued, **TROUBLES})
def report(request: HttpRequest, key: str, said: SmokeIn) -> Status[Queued]:
    """Report what `smoke --format json` printed. All of its runs are kept, or none."""
    by, migration = owner(request), migration_of(request, key, REPORT)
    if said.commit is None or said.dirty:
        raise HttpError(409, "What ran is not what is committed, so it proves nothing; run a clean checkout.")
    workers: dict[str, Worker] = {one.name: one for one in migration.workers.all()}
    try:
        kept = testimony.keep_reported(
            [(workers.get(one.worker), _report(one)) for one in said.runs], said.commit, by=by
        )
    except SmokeError as error:
        raise HttpError(409, str(error)) from error
    return Status(201, Queued(ids=[one.pk for one in kept]))


def _report(run: RunIn) -> probing.Report:
    stages = tuple(
        probing.StageReport(one.key, one.title, probing.Result(one.result), one.seconds, one.detail)
        for one in run.stages
    )
    return probing.Report(
        worker=run.worker,
        transport=run.transport,
        result=probing.Result(run.result),
        broker=run.broker,
        stages=stages,
        reason=run.reason,
        cause=probing.Cause(**run.cause.dict()) if run.cause else None,
        log=run.log,
        started=datetime.now(UTC),
        seconds=run.seconds,
    )
