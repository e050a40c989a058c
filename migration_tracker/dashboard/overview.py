"""Every migration at a glance, in as many queries for fifty as for one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Max

from migration_tracker.dashboard import standings
from migration_tracker.dashboard.models import Summary
from migration_tracker.dashboard.progress import Progress
from migration_tracker.inventory.models import Migration, Scan
from migration_tracker.jobs import JobQuerySet, State
from migration_tracker.smoke.models import SmokeRun


@dataclass(frozen=True, slots=True)
class Card:
    """One migration on the list."""

    migration: Migration
    progress: Progress | None
    scan: Scan | None
    pending_scan: Scan | None
    failed_scan: Scan | None


@dataclass(frozen=True, slots=True)
class Overview:
    """All migrations; `busy` while a scan or a smoke run is queued or running."""

    cards: Sequence[Card]
    busy: bool


def overview(migrations: Iterable[Migration]) -> Overview:
    """How far each of these migrations is, as its summary was kept."""
    migrations = list(migrations)
    last_good = _latest(Scan.objects.filter(state=State.DONE, error=""))
    last = _latest(Scan.objects.filter(state=State.DONE))
    pending = {scan.migration_id: scan for scan in _light(Scan.objects.active())}
    kept = dict(Summary.objects.values_list("migration", "scan"))
    for migration in migrations:
        scan = last_good.get(migration.pk)
        if scan and kept.get(migration.pk) != scan.pk:  # an older tracker has kept none
            standings.refresh(migration)
    progress = dict(Summary.objects.values_list("migration", "progress"))
    cards = [
        Card(
            one,
            Progress(**progress[one.pk]) if one.pk in progress else None,
            last_good.get(one.pk),
            pending.get(one.pk),
            failed if (failed := last.get(one.pk)) and failed.error else None,
        )
        for one in migrations
    ]
    return Overview(cards, bool(pending) or SmokeRun.objects.active().exists())


def _latest(scans: JobQuerySet) -> dict[int, Scan]:
    """The last of them of each migration."""
    pks = scans.order_by().values("migration").annotate(latest=Max("pk")).values("latest")
    return {scan.migration_id: scan for scan in _light(Scan.objects.filter(pk__in=pks))}


def _light(scans: JobQuerySet) -> JobQuerySet:
    """Without what the list does not show."""
    return scans.defer("definition_text", "unreadable", "warnings", "phase_items")
