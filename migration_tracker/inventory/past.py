"""Keeping what a reading of the history found: asked for after every scan, replaced as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from migration_tracker import scanning
from migration_tracker.inventory import queries
from migration_tracker.inventory.models import (
    HistoryPoint,
    HistoryReading,
    Migration,
    Observation,
    Turn,
)
from migration_tracker.inventory.signals import history_stored
from migration_tracker.jobs import State
from migration_tracker.scanning.history import Commit, Past

_MOST_SUBJECT, _MOST_AUTHOR = 500, 200


def request(migration: Migration) -> None:
    """Queue a reading; one that is active reads again when it ends and finds a newer scan."""
    try:
        with transaction.atomic():
            HistoryReading.objects.create(migration=migration).enqueue()
    except IntegrityError:
        return


@transaction.atomic
def store(
    reading: HistoryReading,
    told: Past,
    changed: Mapping[int, str | None],
    *,
    commit: str,
    shallow: bool,
) -> None:
    """Put what a reading found in the place of what was there, unless it was given up as lost.

    Args:
        reading: the claimed row.
        told: what it found.
        changed: the commit that last touched a worker's file, by the worker's pk.
        commit: where the line ends.
        shallow: whether the clone lacks the beginning.
    """
    line = {one.id: position for position, one in enumerate(one for one in told.commits if one.on_line)}
    ended = reading.mine().update(
        state=State.DONE,
        finished_at=timezone.now(),
        commit=commit,
        commits=len(line),
        shallow=shallow,
        error="",
    )
    if ended != 1:
        return
    migration = reading.migration
    migration.history_points.all().delete()
    HistoryPoint.objects.bulk_create(
        HistoryPoint(
            migration=migration,
            **_commit(step.commit, line),
            **{str(status): step.counts.get(status, 0) for status in scanning.Status},
        )
        for step in told.steps
    )
    Turn.objects.filter(worker__migration=migration).delete()
    Turn.objects.bulk_create(_turns(paths(migration), told, line))
    dates = {one.id: datetime.fromisoformat(one.date) for one in told.commits}
    for pk, touched in changed.items():
        if touched in dates:
            migration.workers.filter(pk=pk).update(changed_at=dates[touched])
    history_stored.send(HistoryReading, migration=migration)
    latest = queries.latest_scan(migration)
    if latest and latest.commit != commit:
        request(migration)


def fail(reading: HistoryReading, error: str) -> None:
    """End a reading that could not read; what was known before stays."""
    HistoryReading.objects.active().filter(pk=reading.pk, attempt=reading.attempt).update(
        state=State.DONE, finished_at=timezone.now(), error=error
    )


def paths(migration: Migration) -> dict[str, int]:
    """The pk of every worker that any scan saw, by the path of its file when it was seen last."""
    last = Observation.objects.filter(worker__migration=migration, scan__state=State.DONE)
    latest = last.order_by().values("worker").annotate(latest=Max("pk")).values("latest")
    return dict(Observation.objects.filter(pk__in=latest).order_by("pk").values_list("path", "worker"))


def _turns(workers: Mapping[str, int], told: Past, line: Mapping[str, int]) -> Iterator[Turn]:
    for path, life in told.turns.items():
        if path not in workers:
            continue
        for turn in life:
            yield Turn(
                worker_id=workers[path],
                status=turn.status or "",
                path=turn.path or "",
                **_commit(turn.commit, line),
            )


def _commit(commit: Commit, line: Mapping[str, int]) -> dict[str, Any]:
    return {
        "position": line[commit.id],
        "commit": commit.id,
        "at": datetime.fromisoformat(commit.date),
        "author": commit.author[:_MOST_AUTHOR],
        "subject": commit.subject[:_MOST_SUBJECT],
    }
