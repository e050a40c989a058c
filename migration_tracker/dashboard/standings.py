"""Keeping what boards are read from: heard again for a worker in the transaction of what changed it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4

from django.db import models, transaction

from migration_tracker.audit.models import Chain, Entry
from migration_tracker.checklists.models import today
from migration_tracker.dashboard import success
from migration_tracker.dashboard.lines import COLUMNS, Line, line_of
from migration_tracker.dashboard.models import Standing, Summary
from migration_tracker.dashboard.movement import slips
from migration_tracker.dashboard.progress import Progress
from migration_tracker.dashboard.roll import Roll
from migration_tracker.dashboard.rows import of_scan
from migration_tracker.inventory import queries as inventory
from migration_tracker.inventory.models import Migration, Scan, Worker

_OF_LINE = {"name", "domain"}  # the worker's own, and not kept twice
_MOST_ROLLS = 32  # that a process keeps in memory, a thousand workers in some 2 MB


def hear_entry(entry: Entry, subject: models.Model, **_: Any) -> None:
    """Whatever changes a worker is an entry about it, so that entries tell whose standing to write again."""
    if isinstance(subject, Worker) and entry.action != "smoke.requested":  # many at once: `hear_runs`
        refresh(subject.migration, [subject.pk])
    elif isinstance(subject, Migration) and entry.action != "scan.requested":
        refresh(subject)


def hear_runs(migration: Migration, workers: Sequence[int], **_: Any) -> None:
    """Smoke runs were asked for or began."""
    refresh(migration, workers)


def hear_history(migration: Migration, **_: Any) -> None:
    """When workers were touched and how they turned was read anew."""
    refresh(migration)


@transaction.atomic
def refresh(migration: Migration, workers: Sequence[int] | None = None) -> None:
    """Write the standings of some workers of a migration again, or of all; nothing before its first scan."""
    Chain.objects.select_for_update().filter(key=migration.chain).first()  # who comes second hears both
    scan = inventory.latest_scan(migration)
    if scan is None:
        return
    kept = [Standing(migration=migration, **_columns(line)) for line in heard(scan, workers)]
    changing = [field.name for field in Standing._meta.fields if not field.primary_key]
    Standing.objects.bulk_create(
        kept, update_conflicts=True, unique_fields=["worker"], update_fields=changing, batch_size=500
    )
    if workers is None:
        migration.standings.exclude(worker__in=[one.worker_id for one in kept]).delete()
    _summarise(migration, scan)


def heard(scan: Scan, workers: Sequence[int] | None = None, until: datetime | None = None) -> list[Line]:
    """The lines of some workers, or of all, by hearing every witness, or what they had said `until` then."""
    found = of_scan(scan, workers, until)
    slipped = slips(found, until)
    return [line_of(row, slipped.get(row.worker.pk)) for row in found]


def roll(migration: Migration, scan: Scan, heard_at: UUID | None) -> Roll:
    """A migration's workers as they stand; those whose waiver ran out since are heard again.

    Args:
        migration: whose workers.
        scan: the latest.
        heard_at: what its summary calls the present standings; the same are read once in a process.
    """
    found = _roll(migration.pk, heard_at)
    day = today()
    if found.first_waiver_ends is None or found.first_waiver_ends >= day:
        return found
    over = [line.worker for line in found.lines if line.waived_until and line.waived_until < day]
    again = {line.worker: line for line in heard(scan, over)}
    return Roll(tuple(again.get(line.worker, line) for line in found.lines))


@lru_cache(maxsize=_MOST_ROLLS)
def _roll(migration: int, heard_at: UUID | None) -> Roll:  # noqa: ARG001
    """Whoever reads while a standing is written may find it under the name of those before, which nobody asks
    for any more once it is committed."""
    return Roll(tuple(_kept(migration)))


def kept(migration: Migration) -> list[Line]:
    """The standings as they were written, by the workers' names."""
    return _kept(migration.pk)


def summary(migration: Migration, scan: Scan) -> Summary:
    """The summary as of a scan; written now where an older tracker has kept none."""
    found = Summary.objects.filter(migration=migration).first()
    if found is None or found.scan_id != scan.pk or found.heard is None:
        refresh(migration)
        found = Summary.objects.get(migration=migration)
    return found


def _kept(migration: int) -> list[Line]:
    rows = Standing.objects.filter(migration=migration).order_by("worker__name").values_list(*COLUMNS)
    return [Line._make(row) for row in rows.iterator(chunk_size=1000)]


def _columns(line: Line) -> dict[str, Any]:
    values = line._asdict()
    return {"worker_id": values.pop("worker"), **{k: v for k, v in values.items() if k not in _OF_LINE}}


def _summarise(migration: Migration, scan: Scan) -> None:
    all_of_it = kept(migration)
    outcomes = success.outcomes(scan.definition, all_of_it, scan.phase_items)
    Summary.objects.update_or_create(
        migration=migration,
        defaults={
            "scan": scan,
            "heard": uuid4(),
            "progress": asdict(Progress.of(all_of_it)),
            "criteria": {
                one.criterion.key: [str(one.verdict), one.reason, list(one.lacking)] for one in outcomes
            },
        },
    )
