"""The success criteria of a migration, judged by what its board shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from migration_tracker import criteria
from migration_tracker.criteria import Outcome
from migration_tracker.dashboard.lines import Line, said
from migration_tracker.definition import Definition
from migration_tracker.scanning import Verdict


def outcomes(
    definition: Definition, lines: Iterable[Line], phase_items: Mapping[str, Mapping[str, Mapping[str, str]]]
) -> list[Outcome]:
    """Each criterion of the definition with its verdict.

    Args:
        definition: whose criteria.
        lines: every worker of the latest scan.
        phase_items: what that scan said, by phase key and item key.
    """
    standings = said(lines) if definition.criteria else []
    verdicts = {
        f"{phase}/{key}": found["verdict"]
        for phase, items in phase_items.items()
        for key, found in items.items()
    }
    return [criteria.judge(one, standings, verdicts) for one in definition.criteria]


def read(definition: Definition, kept: Mapping[str, Sequence[Any]]) -> list[Outcome]:
    """The outcomes as `Summary.criteria` keeps them."""
    return [
        Outcome(one, Verdict(verdict), reason, tuple(lacking))
        for one in definition.criteria
        for verdict, reason, lacking in [kept[one.key]]
    ]
