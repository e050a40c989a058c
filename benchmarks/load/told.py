"""What became of every request, and what is printed of it."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field

from benchmarks.table import show

BACK_SECONDS = 10.0
WRITE = "tick"


@dataclass
class Told:
    """What became of all requests: when each began and how long it took, in seconds since the start."""

    answers: list[tuple[float, float, str]] = field(default_factory=list)  # began, took, kind of page
    failures: list[tuple[float, str]] = field(
        default_factory=list
    )  # when, what was asked and what came of it
    acknowledged: list[str] = field(default_factory=list)
    restarts: list[tuple[float, str]] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    @property
    def now(self) -> float:
        return time.monotonic() - self.began

    def calm(self, moment: float) -> bool:
        """Whether nothing was restarted within the ten seconds before."""
        return not any(at <= moment < at + BACK_SECONDS for at, _ in self.restarts)

    def answered_again(self, at: float) -> float:
        """How long after a restart the first request was answered that was made after it."""
        after = [began + took - at for began, took, _ in self.answers if began >= at]
        return min(after, default=float("inf"))

    def back(self, at: float) -> float:
        """How long after a restart the last failure came that it explains."""
        return max(
            (moment - at for moment, _ in self.failures if at <= moment < at + 3 * BACK_SECONDS), default=0.0
        )


def percentile(seconds: list[float], share: float) -> float:
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def report(told: Told, lost: list[str], flawed: list[str], cpu: float) -> bool:
    """Print what was measured; whether all held.

    Arguments:
        told: what became of the requests.
        lost: acknowledged writes that the database does not have.
        flawed: what is wrong with the audit trail.
        cpu: processor seconds of the web processes until the first restart.
    """
    rows = []
    for kind in sorted({kind for _, _, kind in told.answers}):
        for when, calm in (("away from restarts", True), ("within 10 s of one", False)):
            took = [t for began, t, what in told.answers if what == kind and told.calm(began) is calm]
            shown = [f"{1000 * percentile(took, share):.0f} ms" for share in (0.5, 0.95, 0.99)]
            rows.append([f"{kind}, {when}", str(len(took)), *shown])
    show(["", "answers", "median", "p95", "p99"], rows)
    if early := [one for one in told.answers if told.restarts and one[0] < told.restarts[0][0]]:
        print(f"processor time of the web process: {1000 * cpu / len(early):.0f} ms an answer")
    for at, what in told.restarts:
        print(
            f"{what} restarted at {at:.0f} s: failures until {told.back(at):.1f} s after, "
            f"the first answer {told.answered_again(at):.1f} s after"
        )
    astray = Counter(text for moment, text in told.failures if told.calm(moment))
    near = Counter(text for moment, text in told.failures if not told.calm(moment))
    for where, counted in (("away from a restart", astray), ("within 10 s of one", near)):
        kinds = ", ".join(f"{text} × {many}" for text, many in counted.most_common())
        print(f"{counted.total()} requests failed {where}{': ' if kinds else ''}{kinds}")
    print(f"{len(told.acknowledged)} writes acknowledged, {len(lost)} lost; audit: {flawed or 'untouched'}")
    slow = [what for at, what in told.restarts if max(told.back(at), told.answered_again(at)) > BACK_SECONDS]
    return not (lost or flawed or astray or slow)
