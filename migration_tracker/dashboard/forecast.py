"""When a migration will be done if it goes on as of late: weeks drawn from its own past, no line drawn on.

The method is that of throughput sampling (a Monte Carlo forecast): draw one of the last weeks at random, take
off what that week took off, go on until nothing is left; do so many times and look at how long it took.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from random import Random

WEEK = timedelta(weeks=1)
MOST_WEEKS, LEAST_WEEKS = 12, 4
DRAWS = 500
HORIZON = 260
"""Weeks; what takes longer than five years has no end that could be told."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """`likely` is reached in half of the draws, `sure` in 17 of 20; None where there is nothing to say.

    `weeks` holds how many workers each of the last whole weeks took off what is left, the latest first.
    """

    left: int
    weeks: tuple[int, ...]
    likely: date | None = None
    sure: date | None = None

    @property
    def done(self) -> bool:
        return self.left == 0

    @property
    def too_little(self) -> bool:
        """Whether the past is too short to draw from."""
        return len(self.weeks) < LEAST_WEEKS

    @property
    def total(self) -> int:
        """How many workers those weeks took off, less what they added."""
        return sum(self.weeks)


def forecast(left: Sequence[tuple[datetime, int]], now: datetime) -> Forecast:
    """Draw the end of a migration from its past.

    Args:
        left: how many workers were left to migrate from each moment on, oldest first.
        now: the end of the last week that counts.
    """
    if not left:
        return Forecast(0, ())
    moments = [at for at, _ in left]

    def left_at(moment: datetime) -> int:
        return left[max(bisect_right(moments, moment) - 1, 0)][1]

    whole = min(MOST_WEEKS, (now - moments[0]) // WEEK)
    weeks = tuple(left_at(now - (k + 1) * WEEK) - left_at(now - k * WEEK) for k in range(whole))
    remaining = left[-1][1]
    if remaining == 0 or whole < LEAST_WEEKS:
        return Forecast(remaining, weeks)
    drawn = _drawn(weeks, remaining)
    likely, sure = (drawn[min(len(drawn) - 1, len(drawn) * part // 100)] for part in (50, 85))
    return Forecast(
        remaining,
        weeks,
        likely=(now + likely * WEEK).date() if likely < HORIZON else None,
        sure=(now + sure * WEEK).date() if sure < HORIZON else None,
    )


@lru_cache(maxsize=256)
def _drawn(weeks: tuple[int, ...], remaining: int) -> tuple[int, ...]:
    """How many weeks each draw took, in order; the same past always gives the same answer."""
    if sum(weeks) <= 0:
        return (HORIZON,) * DRAWS
    random = Random(0)  # noqa: S311 - a forecast that changed with every look would be no answer
    found = []
    for _ in range(DRAWS):
        left, number = remaining, 0
        while left > 0 and number < HORIZON:
            left -= random.choice(weeks)
            number += 1
        found.append(number)
    return tuple(sorted(found))
