"""Keeping what boards are read from: heard again for a worker in the transaction of what changed it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import models, transaction

from migration_tracker.audit.models import Chain, Entry
from migration_tracker.checklists.models import today
from migration_tracker.dashboard import rolls, success
from migration_tracker.dashboard.lines import COLUMNS, Line, line_of
from migration_tracker.dashboard.models import Standing, Summary
from migration_tracker.dashboard.movement import slips
from migration_tracker.dashboard.roll import Roll
from migration_tracker.dashboard.rows import of_scan
from migration_tracker.inventory import queries as inventory
from migration_tracker.inventory.models import Migration, Scan, Worker

_OF_LINE = {"name", "domain"}  # the worker's own, and not kept twice


def hear_entry(entry: Entry, subject: models.Model, **_: Any) -> None:
    """Whatever changes a worker is an entry about it, so that entries tell whose standing to write again."""
    if isinstance(subject, Worker) and entry.action != "smoke.requested":  # many at once: `hear_runs`
        refresh(subject.migration, [subject.pk], locked=entry.chain_id)
    elif isinstance(subject, Migration) and entry.action != "scan.requested":
        refresh(subject, locked=entry.chain_id)


def hear_runs(migration: Migration, workers: Sequence[int], **_: Any) -> None:
    """Smoke runs were asked for or began."""
    refresh(migration, workers)


def hear_history(migration: Migration, **_: Any) -> None:
    """When workers were touched and how they turned was read anew."""
    refresh(migration)


@transaction.atomic(savepoint=False)
def refresh(migration: Migration, workers: Sequence[int] | None = None, *, locked: str = "") -> None:
    """Write the standings of some workers of a migration again, or of all; nothing before its first scan.

    Args:
        migration: whose workers.
        workers: which, by pk; None for all.
        locked: the chain that the transaction holds already.
    """
    if locked != migration.chain:
        Chain.objects.select_for_update().filter(key=migration.chain).first()  # who comes second hears both
    scan = inventory.latest_scan(migration)
    if scan is None:
        return
    lines = heard(scan, workers)
    kept = [Standing(migration=migration, **_columns(line)) for line in lines]
    changing = [field.name for field in Standing._meta.fields if not field.primary_key]
    Standing.objects.bulk_create(
        kept, update_conflicts=True, unique_fields=["worker"], update_fields=changing, batch_size=500
    )
    if workers is None:
        migration.standings.exclude(worker__in=[one.worker_id for one in kept]).delete()
    _summarise(migration, scan, {} if workers is None else {line.worker: line for line in lines})


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
    found = rolls.find(migration.pk, heard_at)
    if found is None:
        # Whoever reads while a standing is written may keep it under the mark of those before, which nobody
        # asks for any more once it is committed.
        found = rolls.keep(migration.pk, heard_at, Roll(tuple(kept(migration))))
    day = today()
    if found.first_waiver_ends is None or found.first_waiver_ends >= day:
        return found
    over = [line.worker for line in found.lines if line.waived_until and line.waived_until < day]
    again = {line.worker: line for line in heard(scan, over)}
    return Roll(tuple(again.get(line.worker, line) for line in found.lines))


def mark(migration: Migration) -> UUID | None:
    """What its summary calls the present standings, another one after each change; None before any."""
    return Summary.objects.filter(migration=migration).values_list("heard", flat=True).first()


def kept(migration: Migration) -> list[Line]:
    """The standings as they were written, by the workers' names."""
    rows = Standing.objects.filter(migration=migration).order_by("worker__name").values_list(*COLUMNS)
    return [Line._make(row) for row in rows]


def summary(migration: Migration, scan: Scan) -> Summary:
    """The summary as of a scan; written now where an older tracker has kept none."""
    found = Summary.objects.filter(migration=migration).first()
    if found is None or found.scan_id != scan.pk or found.heard is None:
        refresh(migration)
        found = Summary.objects.get(migration=migration)
    return found


def _columns(line: Line) -> dict[str, Any]:
    values = line._asdict()
    return {"worker_id": values.pop("worker"), **{k: v for k, v in values.items() if k not in _OF_LINE}}


def _summarise(migration: Migration, scan: Scan, written: Mapping[int, Line]) -> None:
    """Write the summary; `written` are the lines that differ from those kept in memory."""
    lines = _with(migration, written) if written else None
    roll = Roll(tuple(kept(migration) if lines is None else lines))
    outcomes = success.outcomes(scan.definition, roll.lines, scan.phase_items)
    summary = Summary(
        migration=migration,
        scan=scan,
        heard=uuid4(),
        progress=asdict(roll.progress),
        criteria={one.criterion.key: [str(one.verdict), one.reason, list(one.lacking)] for one in outcomes},
    )
    fields = ("scan", "heard", "progress", "criteria")
    Summary.objects.bulk_create(
        [summary], update_conflicts=True, unique_fields=["migration"], update_fields=fields
    )
    rolls.keep(migration.pk, summary.heard, roll)


def _with(migration: Migration, written: Mapping[int, Line]) -> list[Line] | None:
    """The lines under the present mark with those written since, if all are kept in memory.

    The chain is locked and nobody else writes, so what is kept under that mark is as it was written.
    """
    mark = Summary.objects.filter(migration=migration).values_list("heard", flat=True).first()
    before = rolls.find(migration.pk, mark) if mark else None
    if before is None or not written.keys() <= {line.worker for line in before.lines}:
        return None
    return [written.get(line.worker, line) for line in before.lines]
