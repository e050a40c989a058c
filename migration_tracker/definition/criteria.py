"""Reads `[[criteria]]`: what the migration as a whole must show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from migration_tracker.definition.table import Table
from migration_tracker.definition.values import Criterion, Item, Phase
from migration_tracker.scanning import Status

TRANSPORTS = ("kafka", "eventhub")


def read_criteria(top: Table, phases: Sequence[Phase], items: Sequence[Item]) -> tuple[Criterion, ...]:
    """The criteria of a definition, which may name its phases' and workers' items.

    Raises:
        DefinitionError: one asks for nothing, or for what is not there.
    """
    items_known = [item.key for item in items]
    phase_items_known = [f"{phase.key}/{item.key}" for phase in phases for item in phase.items]
    criteria: list[Criterion] = []
    for table in top.tables("criteria"):
        criterion = Criterion(
            key=table.key({one.key for one in criteria}),
            title=table.text("title"),
            workers=table.globs("workers", ["**"]),
            status=_one_of(table, "status", list(Status)),
            items=_all_of(table, "items", items_known),
            transport=_one_of(table, "transport", TRANSPORTS),
            stage=table.text("stage") if "stage" in table else table.raw("stage"),
            never=table.text("never") if "never" in table else table.raw("never"),
            phase_items=_all_of(table, "phase_items", phase_items_known),
        )
        for key in ("stage", "never"):
            if key in table and not criterion.transport:
                table.fail(key, "on which transport? add transport = “kafka” or “eventhub”")
        if criterion.stage and criterion.never:
            table.fail("never", "say stage or never, not both")
        if not (criterion.asks_workers or criterion.phase_items):
            table.fail(None, "asks for nothing; add status, items, transport or phase_items")
        table.done()
        criteria.append(criterion)
    return tuple(criteria)


def _one_of(table: Table, key: str, known: Iterable[str]) -> str | None:
    if key not in table:
        table.raw(key)
        return None
    return _known(table, key, table.text(key), list(known))


def _all_of(table: Table, key: str, known: Sequence[str]) -> tuple[str, ...]:
    return tuple(_known(table, key, one, known) for one in table.texts(key, [], or_one=True))


def _known(table: Table, key: str, name: str, known: Sequence[str]) -> str:
    if name not in known:
        import difflib  # slow to import, and only needed to help with an error

        near = difflib.get_close_matches(name, known, 1)
        advice = f"did you mean {near[0]}?" if near else f"known here: {', '.join(known) or 'none'}"
        table.fail(key, f"“{name}” is not known; {advice}")
    return name
