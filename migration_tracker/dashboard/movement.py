"""Which workers slipped back, and which have not moved for long."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from migration_tracker.dashboard.rows import Row
from migration_tracker.inventory.models import Status, Turn

STUCK_AFTER = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Slip:
    """A worker that was migrated once and is no longer, and the commit that took it back."""

    row: Row
    turn: Turn


@dataclass(frozen=True, slots=True)
class Stuck:
    """A worker that is not migrated, and that no commit and no tick has touched since `since`."""

    row: Row
    since: datetime


def slips(rows: Iterable[Row]) -> list[Slip]:
    """The workers that slipped back, the latest first; two queries, however many workers there are."""
    behind = {row.worker.pk: row for row in rows if row.status != Status.MIGRATED}
    once = set(
        Turn.objects.filter(worker__in=behind, status=Status.MIGRATED).values_list("worker", flat=True)
    )
    slipped: dict[int, Turn] = {}
    was = ""
    for turn in Turn.objects.filter(worker__in=once).order_by("worker", "position"):
        if turn.status != Status.MIGRATED and was == Status.MIGRATED:
            slipped[turn.worker_id] = turn
        was = turn.status
    found = [Slip(behind[worker], turn) for worker, turn in slipped.items()]
    return sorted(found, key=lambda slip: slip.turn.position, reverse=True)


def stuck(rows: Iterable[Row]) -> list[Stuck]:
    """The workers left to migrate that have not moved for long, the longest first."""
    limit = timezone.now() - STUCK_AFTER
    found = [
        Stuck(row, since)
        for row in rows
        if row.status in (Status.DIRECT, Status.PARTIAL, Status.UNKNOWN)
        and (since := _last_moved(row)) is not None
        and since < limit
    ]
    return sorted(found, key=lambda one: one.since)


def _last_moved(row: Row) -> datetime | None:
    moments: Sequence[datetime] = [
        *([row.worker.changed_at] if row.worker.changed_at else []),
        *(item.last_tick.at for item in row.items if item.last_tick),
    ]
    return max(moments, default=None)
