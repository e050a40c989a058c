"""Which workers slipped back, and which have not moved for long."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils import timezone

from migration_tracker.dashboard.lines import LEFT, Line
from migration_tracker.dashboard.rows import Row
from migration_tracker.inventory.models import Status, Turn

STUCK_AFTER = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Stuck:
    """A worker that is not migrated, and that no commit and no tick has touched since `since`."""

    line: Line
    since: datetime


def slips(rows: Iterable[Row], until: datetime | None = None) -> dict[int, Turn]:
    """The turns at which workers that were migrated once went back, by worker; in two queries."""
    behind = [row.worker.pk for row in rows if row.status != Status.MIGRATED]
    once = set(
        Turn.objects.filter(worker__in=behind, status=Status.MIGRATED).values_list("worker", flat=True)
    )
    slipped: dict[int, Turn] = {}
    was = ""
    turns = Turn.objects.filter(worker__in=once).order_by("worker", "position")
    for turn in turns.filter(at__lte=until) if until else turns:
        if turn.status != Status.MIGRATED and was == Status.MIGRATED:
            slipped[turn.worker_id] = turn
        was = turn.status
    return slipped


def slipped(lines: Iterable[Line]) -> list[Line]:
    """The workers that slipped back, the latest first."""
    return sorted((line for line in lines if line.slipped is not None), key=lambda one: -(one.slipped or 0))


def stuck(lines: Sequence[Line]) -> list[Stuck]:
    """The workers left to migrate that have not moved for long, the longest first."""
    limit = (timezone.now() - STUCK_AFTER).timestamp()
    found = [line for line in lines if line.status in LEFT and line.moved is not None and line.moved < limit]
    return [
        Stuck(one, datetime.fromtimestamp(one.moved or 0, UTC))
        for one in sorted(found, key=lambda one: one.moved or 0)
    ]
