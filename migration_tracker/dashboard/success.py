"""The success criteria of a migration, judged by what its board shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from migration_tracker import criteria
from migration_tracker.criteria import Outcome, RunWord, Standing
from migration_tracker.dashboard.rows import Row
from migration_tracker.definition import Definition
from migration_tracker.smoke.models import Result
from migration_tracker.smoke.queries import Cell


def outcomes(
    definition: Definition, rows: Iterable[Row], phase_items: Mapping[str, Mapping[str, Mapping[str, str]]]
) -> list[Outcome]:
    """Each criterion of the definition with its verdict.

    Args:
        definition: whose criteria.
        rows: every worker of the latest scan.
        phase_items: what that scan said, by phase key and item key.
    """
    standings = [_standing(row) for row in rows]
    verdicts = {
        f"{phase}/{key}": found["verdict"]
        for phase, items in phase_items.items()
        for key, found in items.items()
    }
    return [criteria.judge(one, standings, verdicts) for one in definition.criteria]


def _standing(row: Row) -> Standing:
    return Standing(
        name=row.worker.name,
        status=row.status,
        items={item.key: item.verdict for item in row.items},
        runs={cell.transport: word for cell in row.cells if (word := _run_word(cell))},
    )


def _run_word(cell: Cell) -> RunWord | None:
    run = cell.decisive or cell.short
    if run is None:
        return None
    return RunWord(
        passed=cell.proves if cell.decisive else None,
        stages=frozenset(stage.key for stage in run.present_stages if stage.result == Result.PASSED),
        cause=run.cause["kind"] if run.cause else "",
    )
