"""The weekly digest: how far each migration is, what moved in the week, and what needs somebody."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils import timezone

from migration_tracker.checklists import queries as checklists
from migration_tracker.inventory import queries as inventory
from migration_tracker.inventory.models import Migration, Scan, Status
from migration_tracker.jobs import State
from migration_tracker.notifications.models import Event
from migration_tracker.notifications.outbox import tell
from migration_tracker.smoke import queries as smoke
from migration_tracker.smoke.models import Result, SmokeRun

WEEK = timedelta(days=7)
MONDAY, HOUR = 0, 7  # UTC


def write_due() -> None:
    """Write this week's digests, from Monday at seven (UTC); once, however often it is called."""
    now = timezone.now()
    monday = (now - timedelta(days=now.weekday() - MONDAY)).replace(
        hour=HOUR, minute=0, second=0, microsecond=0
    )
    for migration in Migration.objects.prefetch_related("channels"):
        channels = [one for one in migration.channels.all() if Event.DIGEST in one.events]
        if any(one.set_at < monday <= now for one in channels):
            write(migration, monday)


def write(migration: Migration, until: datetime) -> None:
    """Write the digest of the week that ended at `until`, unless it has been."""
    scan = inventory.latest_scan(migration)
    if scan is None:
        return
    tell(
        Event.DIGEST,
        text(migration, scan, until),
        key=f"digest of {migration.pk} until {until.date()}",
        cause=f"{Event.DIGEST} {until.date()}",
        path=migration.get_absolute_url(),
        migration=migration,
    )


def text(migration: Migration, scan: Scan, until: datetime) -> str:
    """What the digest says."""
    seen = list(scan.observations.select_related("worker__migration"))
    items, cells = checklists.items(scan, seen), smoke.cells(scan, seen)
    proven = [
        one
        for one in seen
        if checklists.is_clean(one, items[one.worker_id]) and all(c.proves for c in cells[one.worker_id])
    ]
    runs = SmokeRun.objects.filter(
        worker__migration=migration, state=State.DONE, finished_at__range=(until - WEEK, until)
    )
    ended = {result: runs.filter(result=result).count() for result in Result}
    failing = _named(one.worker.name for one in seen if any(c.fails for c in cells[one.worker_id]))
    flaky = _named(one.worker.name for one in seen if any(c.flaky for c in cells[one.worker_id]))
    migrated = sum(one.status == Status.MIGRATED for one in seen)
    passed, failed, error = ended[Result.PASSED], ended[Result.FAILED], ended[Result.ERROR]
    lines = [
        f"The week until {until:%d %B %Y}: {len(proven)} of {len(seen)} workers proven, {migrated} migrated.",
        f"Smoke runs: {passed} passed, {failed} failed, {error} could not tell.",
        f"Failing now: {failing}.",
        f"Flaky: {flaky}.",
    ]
    return "\n".join(lines)


def _named(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"
