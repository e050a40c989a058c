"""A migration's workers together, and what is counted over them: the same until one of them changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from migration_tracker.dashboard.lines import Line
from migration_tracker.dashboard.progress import Progress
from migration_tracker.smoke.models import Result

_TROUBLED = frozenset({Result.FAILED, Result.ERROR})


@dataclass(frozen=True)
class Roll:
    """Every worker of a migration, by name. What is counted is counted once, and then read by many pages."""

    lines: Sequence[Line] = ()

    @cached_property
    def progress(self) -> Progress:
        return Progress.of(self.lines)

    @cached_property
    def phases(self) -> dict[str, Progress]:
        """How far the workers of each phase are, by its key."""
        return self._by(lambda line: line.phase)

    @cached_property
    def domains(self) -> dict[str, Progress]:
        """How far each domain is, by its name and in the order of names."""
        return dict(sorted(self._by(lambda line: line.domain).items()))

    @cached_property
    def owners(self) -> list[str]:
        together = {line.owners for line in self.lines}
        return sorted({owner for some in together for owner in some.splitlines()})

    @cached_property
    def brokers(self) -> list[str]:
        """The kinds of broker that the last runs were on."""
        return sorted({by for line in self.lines for _, by, _ in line.results} - {""})

    @cached_property
    def active(self) -> bool:
        """Whether a smoke run is queued or running."""
        return any(line.active for line in self.lines)

    @cached_property
    def failing(self) -> bool:
        """Whether a last run failed or could not tell."""
        return any(not _TROUBLED.isdisjoint((line.kafka, line.eventhub)) for line in self.lines)

    @cached_property
    def disputed(self) -> list[Line]:
        """The workers whose witnesses disagree."""
        return [line for line in self.lines if line.disputes]

    @cached_property
    def first_waiver_ends(self) -> date | None:
        """The last day on which all of it stands as it does here; None where no waiver bears on it."""
        return min((line.waived_until for line in self.lines if line.waived_until), default=None)

    def _by(self, key: Callable[[Line], str]) -> dict[str, Progress]:
        parts: dict[str, list[Line]] = defaultdict(list)
        for line in self.lines:
            parts[key(line)].append(line)
        return {name: Progress.of(part) for name, part in parts.items()}
