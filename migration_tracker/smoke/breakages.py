"""What changed between the last pass of a worker and its first failure: asked of git in a job, and kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from migration_tracker import definition, scanning
from migration_tracker.inventory import queries as inventory
from migration_tracker.inventory.models import Worker
from migration_tracker.jobs import State
from migration_tracker.scanning.cache_file import FileCache
from migration_tracker.scanning.edits import edits
from migration_tracker.scanning.sources import Revision
from migration_tracker.smoke.models import DECISIVE, Breakage, Result, SmokeRun

MOST_COMMITS, MOST_FILES = 100, 100


def hear_run(run: SmokeRun, **_: Any) -> None:
    """Ask, in the transaction that ends a run, what changed since the pass that it turned into a failure."""
    if run.result != Result.FAILED:
        return
    before = SmokeRun.objects.filter(
        worker=run.worker_id, transport=run.transport, state=State.DONE, result__in=DECISIVE, pk__lt=run.pk
    )
    last = before.order_by("-pk").defer("log").first()
    if last is None or last.result != Result.PASSED:
        return
    breakage = Breakage(worker=run.worker, transport=run.transport, passed=last, failed=run)
    if breakage.same_code:
        breakage.state, breakage.finished_at = State.DONE, timezone.now()
        breakage.save()
    else:
        breakage.save()
        breakage.enqueue()


def fill(breakage: Breakage) -> None:
    """Keep the files that count and changed, and the commits between the two runs that changed them."""
    try:
        with breakage.beating():
            files, found = _between(breakage)
    except (definition.DefinitionError, scanning.ScanningError) as error:
        fail(breakage, str(error))
        return
    breakage.mine().update(
        state=State.DONE,
        finished_at=timezone.now(),
        files=files[:MOST_FILES],
        commits=found[:MOST_COMMITS],
        more=len(found) > MOST_COMMITS,
    )


def fail(breakage: Breakage, trouble: str) -> None:
    """End one that could not be told, or was lost too often."""
    Breakage.objects.active().filter(pk=breakage.pk, attempt=breakage.attempt).update(
        state=State.DONE, finished_at=timezone.now(), trouble=trouble
    )


def latest(worker: Worker) -> dict[str, Breakage]:
    """The last breakage on each transport, by its name."""
    theirs = Breakage.objects.filter(worker=worker).select_related("passed", "failed")
    theirs = theirs.defer("passed__log", "failed__log")
    return {one.transport: one for one in reversed(theirs.order_by("-pk")[:20])}


def _between(breakage: Breakage) -> tuple[list[str], list[dict[str, str]]]:
    worker = breakage.worker
    folder = Path(worker.migration.location)
    scan = inventory.latest_scan(worker.migration)
    if scan is None:
        raise scanning.ScopeError("the migration has no scan any more that could say what counts")
    scope = scan.definition.scope
    was, now = (Revision(folder, run.commit) for run in (breakage.passed, breakage.failed))
    with FileCache(Path(settings.DATA_DIR) / "history.sqlite3") as cache:
        before, after = (
            {
                part.path: part.digest
                for part in scanning.explain(at, scope, cache, only=worker.name).get(worker.name, ())
            }
            for at in (was, now)
        )
    files = sorted(path for path in before.keys() | after if before.get(path) != after.get(path))
    if not files:
        return [], []
    changes = edits(
        folder, was.commit, now.commit, [f":(literal){path}" for path in files], most=MOST_COMMITS + 1
    )
    return files, [
        {"commit": one.commit, "date": one.date, "author": one.author, "subject": one.subject}
        for one in changes
    ]
