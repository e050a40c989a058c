"""How a migration came to where it is: the burn-down as areas to draw, and the commits behind each step."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from django.utils import timezone

from migration_tracker.dashboard.forecast import Forecast, forecast
from migration_tracker.inventory.models import HistoryPoint, HistoryReading, Migration, Status
from migration_tracker.jobs import State
from migration_tracker.scope.models import ScopeChange

WIDTH, HEIGHT = 1000, 100
"""In the units of the picture, which is stretched to the page."""

FROM_THE_GROUND = (Status.DIRECT, Status.PARTIAL, Status.UNKNOWN, Status.NONE, Status.MIGRATED)
"""What is to go stands at the bottom, so that it can be seen to burn down."""
LEFT = (Status.DIRECT, Status.PARTIAL, Status.UNKNOWN)
MOST_COLUMNS, MOST_STEPS = 240, 30


@dataclass(frozen=True, slots=True)
class Area:
    """All workers up to a status, counted from the ground, as an SVG path."""

    status: str
    path: str


class Count(NamedTuple):
    """How many workers have a status after a step, and how many more than before it."""

    status: str
    number: int
    change: int


class Step(NamedTuple):
    """A commit that changed the counts."""

    at: datetime
    commit: str
    author: str
    subject: str
    counts: tuple[Count, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a change of scope stands in the picture."""

    change: ScopeChange
    x: str


@dataclass(frozen=True, slots=True)
class BurnDown:
    """The past of a migration; without areas as long as no reading of its history has ended."""

    reading: HistoryReading | None
    areas: Sequence[Area]
    highest: int
    first: datetime | None
    last: datetime | None
    steps: tuple[Step, ...]
    earlier: int
    forecast: Forecast
    marks: Sequence[Mark]


def burn_down(migration: Migration, changes: Iterable[ScopeChange] = ()) -> BurnDown:
    """What the stored points of a migration draw, up to now, with its changes of scope marked."""
    reading = migration.history_readings.first()
    last = migration.history_readings.filter(state=State.DONE, error="").first()
    minute = timezone.now().replace(second=0, microsecond=0)
    drawn = _kept(migration, last.finished_at, minute) if last else _drawn(migration, minute)
    first = drawn.first
    return replace(
        drawn,
        reading=reading,
        marks=[Mark(one, f"{_x(one.at, first, minute):.1f}") for one in changes] if first else [],
    )


@lru_cache(maxsize=256)
def _kept(migration: Migration, read_at: datetime | None, now: datetime) -> BurnDown:  # noqa: ARG001
    """What the points draw that were `read_at` a time: those of the next reading take their place."""
    return _drawn(migration, now)


def _drawn(migration: Migration, now: datetime) -> BurnDown:
    points = list(migration.history_points.all())
    drawn = [point for number, point in enumerate(points) if point.total or number]
    steps = _steps(drawn)
    return BurnDown(
        reading=None,
        areas=_areas(drawn, now) if drawn else [],
        highest=max((point.total for point in drawn), default=0),
        first=drawn[0].at if drawn else None,
        last=now if drawn else None,
        steps=tuple(steps[:MOST_STEPS]),
        earlier=max(0, len(steps) - MOST_STEPS),
        forecast=forecast([(point.at, _left(point)) for point in _in_time(drawn)], now),
        marks=[],
    )


def _left(point: HistoryPoint) -> int:
    return sum(getattr(point, status) for status in LEFT)


def _in_time(points: Sequence[HistoryPoint]) -> list[HistoryPoint]:
    """The points with moments that never go back, as committers' clocks may."""
    moments = accumulate((point.at for point in points), max)
    for point, moment in zip(points, moments, strict=True):
        point.at = moment
    return list(points)


def _steps(points: Sequence[HistoryPoint]) -> list[Step]:
    """The latest first."""
    steps = []
    for number, point in enumerate(points):
        before = points[number - 1] if number else None
        counts = tuple(
            Count(status, now := getattr(point, status), now - (getattr(before, status) if before else 0))
            for status in Status.values
        )
        steps.append(Step(point.at, point.commit, point.author, point.subject, counts))
    return steps[::-1]


def _areas(points: Sequence[HistoryPoint], now: datetime) -> list[Area]:
    """The highest first, so that each covers its part of the one before."""
    points = _in_time(points)
    if len(points) > MOST_COLUMNS:
        kept = range(1, MOST_COLUMNS + 1)
        points = [points[number * len(points) // MOST_COLUMNS - 1] for number in kept]
    first = points[0].at
    highest = max(point.total for point in points) or 1
    areas = []
    for number, status in enumerate(FROM_THE_GROUND, 1):
        path = f"M0 {HEIGHT}"
        for point in points:
            x = _x(point.at, first, now)
            tall = sum(getattr(point, one) for one in FROM_THE_GROUND[:number])
            path += f"H{x:.1f}V{HEIGHT - HEIGHT * tall / highest:.2f}"
        areas.append(Area(status, f"{path}H{WIDTH}V{HEIGHT}Z"))
    return areas[::-1]


def _x(moment: datetime, first: datetime, now: datetime) -> float:
    seconds = max((now - first).total_seconds(), 1)
    return max(0.0, min(1.0, (moment - first).total_seconds() / seconds)) * WIDTH
