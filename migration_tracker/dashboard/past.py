"""The board as it was at a commit: from what is only ever appended, until the next commit was scanned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.utils import timezone

from migration_tracker.checklists import queries as checklists
from migration_tracker.dashboard import hearing
from migration_tracker.dashboard.board import Board
from migration_tracker.dashboard.roll import Roll
from migration_tracker.inventory.models import HistoryPoint, Migration, Scan
from migration_tracker.jobs import State
from migration_tracker.scope import queries as scope

SHORTEST = 4  # characters of a commit that somebody must name


@dataclass(frozen=True)
class Then:
    """What was asked for and what can be shown of it.

    Args:
        commit: that was asked for, whole where it is known whole.
        scan: that saw it, or else the first one after it; None if there is none, or if none came before the
            commit either.
        point: the step of the history that it is, if it is one.
        moved: when the board moved on to the next commit; what was said later does not count. None if it has
            not moved on; where no scan can be shown, the moment of the commit.
        exact: whether `scan` saw this very commit.
    """

    commit: str
    scan: Scan | None
    point: HistoryPoint | None
    moved: datetime | None
    exact: bool
    first: Scan | None = None
    """The first scan of all, where the commit is from before it."""

    @cached_property
    def until(self) -> datetime:
        """What was said later does not count."""
        return self.moved or timezone.now()

    @property
    def short_commit(self) -> str:
        return self.commit[:10]


def then(migration: Migration, commit: str) -> Then | None:
    """What is known of a commit, named by its first characters; None for one that nobody has seen."""
    commit = commit.strip().lower()
    if len(commit) < SHORTEST or not commit.isalnum():
        return None
    good = migration.scans.filter(state=State.DONE, error="", finished_at__isnull=False)
    point = migration.history_points.filter(commit__startswith=commit).first()
    scan = good.filter(commit__startswith=commit).first()
    if scan is None and point is None:
        return None
    exact = scan is not None
    first = good.order_by("pk").first() if scan is None and point else None
    if first and point and first.finished_at and first.finished_at > point.at:
        return Then(point.commit, None, point, point.at, exact=False, first=first)
    if scan is None and point is not None:
        scan = good.filter(finished_at__gte=point.at).order_by("pk").first()
        if scan:  # the last reading of that same commit knows the most
            scan = good.filter(commit=scan.commit).first()
    whole = scan.commit if scan and exact else point.commit if point else commit
    return Then(whole, scan, point, _moved(scan) if scan else point.at if point else None, exact)


def _moved(scan: Scan) -> datetime | None:
    """When the board moved on from a scan's commit."""
    later = scan.migration.scans.filter(state=State.DONE, error="", pk__gt=scan.pk).exclude(
        commit=scan.commit
    )
    return later.order_by("pk").values_list("finished_at", flat=True).first()


def board_then(migration: Migration, at: Then) -> Board:
    """The board of that time; without lines where no scan has seen the commit or one after it."""
    if at.scan is None:
        return Board(migration, None, None, None, Roll(), [])
    heard = hearing.past(migration, at.scan, at.moved)
    changes = scope.present(migration, at.until)
    phase_items = checklists.phase_items(at.scan, at.until)
    return Board(migration, at.scan, None, None, heard.roll, heard.criteria, changes, phase_items)
