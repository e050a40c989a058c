"""The `[lint]` part of a definition: where it does not look, what it points to, what it remembers."""

from __future__ import annotations

from migration_tracker.definition.table import Table
from migration_tracker.definition.values import BASELINE, Exclusion, Lint
from migration_tracker.scanning import globs


def read_lint(table: Table) -> Lint:
    """Check the `[lint]` table. Raises DefinitionError."""
    baseline = table.text("baseline", BASELINE)
    if wrong := globs.problem(baseline):
        table.fail("baseline", f"“{baseline}” {wrong}")
    lint = Lint(
        exclude=tuple(_exclusion(one) for one in table.tables("exclude")),
        guide=table.text("guide") if "guide" in table else table.raw("guide"),
        baseline=baseline.removeprefix("./"),
    )
    table.done()
    return lint


def _exclusion(table: Table) -> Exclusion:
    glob = table.text("glob")
    if wrong := globs.problem(glob):
        table.fail("glob", f"the glob “{glob}” {wrong}")
    if "reason" not in table:
        table.fail(None, f"why does lint not look at {glob}? add reason = “…”")
    exclusion = Exclusion(glob, table.text("reason"))
    table.done()
    return exclusion
