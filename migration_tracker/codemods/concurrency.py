"""How messages were worked on at once: tasks, semaphores, and the calls that wait for many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst as cst

from migration_tracker.codemods.code import Statement, assigned, expression_of, find, own, paths, text
from migration_tracker.codemods.view import View

STARTS = frozenset({"create_task", "ensure_future"})
JOINS = frozenset({"gather", "wait", "as_completed"})


def sole_argument(call: cst.Call) -> str | None:
    return text(call.args[0].value) if len(call.args) == 1 and not call.args[0].star else None


def spawned(value: cst.BaseExpression) -> cst.Call | None:
    """What `create_task(…)` begins, also inside `tasks.append(…)`."""
    for one in find(value, cst.Call):
        if (
            text(one.func).rpartition(".")[2] in STARTS
            and one.args
            and isinstance(one.args[0].value, cst.Call)
        ):
            return one.args[0].value
    return None


def started(lines: Sequence[Statement], variable: str) -> cst.Call | None:
    """The call that these lines begin as a task and keep track of; None if they do anything besides."""
    begun: list[cst.Call] = []
    kept: set[str] = set()
    for line in lines:
        pair = assigned(line)
        value = pair[1] if pair else expression_of(line)
        if value is not None and (call := spawned(value)):
            begun.append(call)
            kept |= {pair[0]} if pair else set()
            continue
        if value is None or not isinstance(value, cst.Call) or not (kept & paths(value)):
            return None
    return begun[0] if len(begun) == 1 and variable in paths(begun[0]) else None


def each(value: cst.BaseExpression, variable: str) -> cst.BaseExpression | None:
    """The function that is called for each message of a batch, in `gather(*map(f, batch))` and its like."""
    for one in find(value, cst.Call):
        if text(one.func) == "map" and len(one.args) == 2 and text(one.args[1].value) == variable:
            return one.args[0].value
    for comprehension in _comprehensions(value):
        element, source = comprehension
        if text(source.iter) != variable or source.ifs:
            continue
        call = (spawned(element) or element) if isinstance(element, cst.Call) else None
        if isinstance(call, cst.Call) and sole_argument(call) == text(source.target):
            is_gathered = any(text(one.func).rpartition(".")[2] in JOINS for one in find(value, cst.Call))
            if is_gathered or spawned(element) is not None:
                return call.func
            return None
    return None


def _comprehensions(node: cst.CSTNode) -> Iterator[tuple[cst.BaseExpression, cst.CompFor]]:
    for one in own(node):
        if isinstance(one, (cst.ListComp, cst.GeneratorExp, cst.SetComp)):
            yield one.elt, one.for_in


def acquired(line: Statement, view: View, near: cst.CSTNode) -> str | None:
    call = expression_of(line)
    if isinstance(call, cst.Call) and text(call.func).endswith(".acquire"):
        name = text(call.func).removesuffix(".acquire")
        return name if _is_semaphore(name, view, near) else None
    return None


def _is_semaphore(name: str, view: View, near: cst.CSTNode) -> bool:
    value = view.value_of(name, near)
    made = isinstance(value, cst.Call) and text(value.func).endswith("Semaphore")
    return made or "semaphore" in name.lower()


def bounded(line: cst.With, view: View, near: cst.CSTNode) -> str | None:
    """The semaphore that a `async with` waits for."""
    if len(line.items) != 1 or line.asynchronous is None:
        return None
    name = text(line.items[0].item)
    return name if _is_semaphore(name, view, near) else None
