"""What a handler began as a task it awaits, where the task ends by itself."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from migration_tracker.codemods.code import (
    Edit,
    assigned,
    body_of,
    expression_of,
    own,
    paths,
    rewrite,
    statement,
    text,
)
from migration_tracker.codemods.reached import reached
from migration_tracker.codemods.values import Draft
from migration_tracker.codemods.view import View, own_lines

BEFORE = """
class Worker:
    async def handle(self, message):
        write = asyncio.create_task(self.write(message))
        self._writes.add(write)
        write.add_done_callback(self._writes.discard)
"""
AFTER = """
class Worker:
    async def handle(self, message):
        await self.write(message)
"""

_STARTS = frozenset({"create_task", "ensure_future"})
_TRACKS = frozenset({"add", "append", "add_done_callback", "discard", "remove", "set_name"})


def apply(draft: Draft) -> Draft:
    """Await in place what is begun and only kept track of."""
    view = View(draft)
    edits: dict[cst.CSTNode, Edit | None] = {}
    used: set[str] = set()
    for function in reached(view):
        if function.asynchronous is None:
            continue
        lines = list(own_lines(function))
        for line in lines:
            begun = _begun(line)
            if begun is None or _is_endless(view, function, begun):
                continue
            tracking = _tracking(line, lines)
            if tracking is None:
                continue
            used |= paths([line, *tracking])
            edits[line] = _awaited(begun)
            edits |= dict.fromkeys(tracking)
    return replace(draft, module=rewrite(draft.module, edits), touched=draft.touched | used)


def _awaited(call: cst.Call) -> Edit:
    written = statement(f"await {text(call)}")
    return lambda node: written.with_changes(leading_lines=node.leading_lines)


def _begun(line: cst.SimpleStatementLine) -> cst.Call | None:
    """The call that a line begins as a task, and does nothing else with than to keep track of it."""
    pair = assigned(line)
    value = pair[1] if pair else expression_of(line)
    if pair and "[" in pair[0]:  # kept by a key: a timer that others look at
        return None
    if isinstance(value, cst.Call) and not pair and text(value.func).rpartition(".")[2] in {"add", "append"}:
        value = value.args[0].value if len(value.args) == 1 else None
    if (
        isinstance(value, cst.Call)
        and text(value.func).rpartition(".")[2] in _STARTS
        and value.args
        and isinstance(value.args[0].value, cst.Call)
    ):
        return value.args[0].value
    return None


def _tracking(
    line: cst.SimpleStatementLine, lines: list[cst.SimpleStatementLine]
) -> list[cst.CSTNode] | None:
    """The lines that keep track of the task; None if something else is done with it."""
    pair = assigned(line)
    if pair is None:
        return []
    found: list[cst.CSTNode] = []
    for other in lines:
        if other is line or pair[0].removeprefix("self") not in paths(other):
            continue
        call = expression_of(other)
        if not isinstance(call, cst.Call) or text(call.func).rpartition(".")[2] not in _TRACKS:
            return None
        found.append(other)
    return found


def _is_endless(view: View, near: cst.FunctionDef, call: cst.Call) -> bool:
    function = view.method(near, call.func)
    if function is None:
        return False
    return any(
        isinstance(one, cst.While)
        and not any(isinstance(inner, (cst.Break, cst.Return)) for inner in own(one.body))
        for line in body_of(function.body)
        for one in own(line)
    )
