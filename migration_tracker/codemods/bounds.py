"""How many messages were worked on at once, and what says so in the new code."""

from __future__ import annotations

import libcst as cst

from migration_tracker.codemods.clients import Client
from migration_tracker.codemods.code import (
    Edit,
    paths,
    statement,
    text,
)
from migration_tracker.codemods.literals import literal
from migration_tracker.codemods.loops import Loop
from migration_tracker.codemods.settings import is_setting
from migration_tracker.codemods.view import View, parameters
from migration_tracker.codemods.work import Work


def in_flight_of(
    view: View, client: Client, loop: Loop, work: Work
) -> tuple[str | None, dict[cst.CSTNode, Edit | None]]:
    """The bound on messages that are worked on at once, and what keeps it where a semaphore was."""
    for semaphore in work.semaphores:
        value = view.value_of(semaphore, work.home)
        if not isinstance(value, cst.Call) or not value.args:
            continue
        bound = value.args[0].value
        number = literal(view, bound, value)
        function = view.function_of(value)
        if (
            isinstance(bound, cst.Name)
            and function
            and bound.value in {one.name.value for one in parameters(function)}
        ):
            return _kept_bound(view, semaphore, value, bound)
        if isinstance(bound, (cst.Integer, cst.Name, cst.Attribute)):
            return text(bound), {}
        return str(number if isinstance(number, int) else view.draft.conventions.max_in_flight), {}
    if work.in_flight is None:
        return None, {}
    if work.in_flight:
        return work.in_flight, {}
    most = loop.most if loop.is_batch else None
    most = most or (client.settings.get("max_poll_records") if loop.is_batch else None)
    if most is not None:
        if (
            not any(is_setting(word.lstrip(".")) for word in paths(most))
            and client.view.function_of(client.call) is not None
        ):
            return text(most), {}
        number = literal(view, most, loop.node, client.bound)
        if isinstance(number, int):
            return str(number), {}
    return str(view.draft.conventions.max_in_flight), {}


def _kept_bound(
    view: View, semaphore: str, value: cst.Call, bound: cst.Name
) -> tuple[str, dict[cst.CSTNode, Edit | None]]:
    """`self._semaphore = Semaphore(concurrency)` becomes `self._concurrency = concurrency`."""
    private = "_" if semaphore.startswith("self._") else ""
    name = f"self.{private}{bound.value.lstrip('_')}"
    line = view.statement_of(value)
    if view.value_of(name, value) is not None:
        return name, {}
    if not semaphore.startswith("self."):
        return bound.value, {}
    kept = statement(f"{name} = {bound.value}")
    return name, {line: lambda node: kept.with_changes(leading_lines=node.leading_lines)}
