"""How many workers have come how far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

from migration_tracker.dashboard.lines import Line
from migration_tracker.inventory.models import REMOVED, Status


@dataclass(frozen=True, slots=True)
class Progress:
    """How many workers have come how far; `proven` are among the `migrated`."""

    total: int
    proven: int
    migrated: int
    partial: int
    direct: int
    none: int
    unknown: int
    removed: int

    @property
    def layers(self) -> list[tuple[str, str]]:
        """The bar as layers from the longest to the shortest: each a word, and how wide it is in per cent."""
        parts = ("migrated", "partial", "direct", "none", "unknown", "removed")
        ends = dict(zip(parts, accumulate(getattr(self, part) for part in parts), strict=True))
        widest = [*reversed(ends.items()), ("proven", self.proven)]
        return [(word, f"{100 * end / self.total:.2f}") for word, end in widest] if self.total else []

    @classmethod
    def of(cls, lines: Iterable[Line]) -> Progress:
        lines = list(lines)
        count = Counter(line.status for line in lines)
        return cls(
            total=len(lines),
            proven=sum(line.proven for line in lines),
            migrated=count[Status.MIGRATED],
            partial=count[Status.PARTIAL],
            direct=count[Status.DIRECT],
            none=count[Status.NONE],
            unknown=count[Status.UNKNOWN],
            removed=count[REMOVED],
        )


NOTHING = Progress.of(())
