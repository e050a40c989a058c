"""What only the old code used goes with it: attributes, parameters, functions, variables, constants."""

from __future__ import annotations

import re
from dataclasses import replace

import libcst as cst

from migration_tracker.codemods.code import (
    Edit,
    Statement,
    body_of,
    find,
    is_docstring,
    only,
    paths,
    statement,
    text,
    walk,
)
from migration_tracker.codemods.control import is_control, serving
from migration_tracker.codemods.reached import handlers
from migration_tracker.codemods.steps.handlers import GONE, WAIT
from migration_tracker.codemods.unused import rewritten, unread_constants, unread_parameters, unread_variables
from migration_tracker.codemods.values import Draft
from migration_tracker.codemods.view import View

BEFORE = """
class Worker:
    def __init__(self, max_poll_records=10):
        self.max_poll_records = max_poll_records
        self._tasks = set()

    async def run(self):
        pass

    async def stop(self):
        if self._tasks:
            await asyncio.gather(*self._tasks)
        await self.consumer.stop()
"""
AFTER = """
class Worker:
    async def stop(self):
        await self.consumer.stop()
"""

_KEPT = re.compile(r"__\w+__|start|stop|close|handle|main|from_env|setup|shutdown|health")


def apply(draft: Draft, original: cst.Module) -> Draft:
    """Take out what nothing uses any more, until nothing more turns up."""
    idle = frozenset(one.name.value for one in find(original, cst.FunctionDef) if _is_empty(one))
    for _ in range(12):
        before = draft.module.code
        draft = _emptied(draft, idle)
        for step in (_attributes, _functions, unread_variables, unread_parameters, unread_constants):
            draft = step(draft)
        if draft.module.code == before:
            break
    return draft


def _emptied(draft: Draft, idle: frozenset[str]) -> Draft:
    """Functions that have nothing left to do: `run()` when the transport layer runs the loop.

    `idle` are those that never did anything.
    """
    view = View(draft)
    edits: dict[cst.CSTNode, Edit | None] = {}
    notes = draft.notes
    for function in view.functions:
        name = function.name.value
        if _KEPT.fullmatch(name) or name in idle or not _is_empty(function):
            continue
        owner = view.class_of(function)
        calls = [one for one in view.calls_of(function) if view.function_of(one) is not function]
        is_started = owner is None or any(
            one.name.value in {"start", "__aenter__", "setup"} for one in find(owner, cst.FunctionDef)
        )
        lines = [view.statement_of(one) for one in calls]
        plain = all(_is_awaited_line(one) for one in lines)
        if name in draft.neighbours.called or not is_started or not plain:
            edits[function] = lambda node: node.with_changes(body=_waiting(node))
            continue
        edits[function] = None
        if not name.startswith("_"):
            notes += (GONE.format(name),)
        for line, call in zip(lines, calls, strict=True):
            inside = owner is not None and view.class_of(call) is owner
            edits[line] = (
                None
                if inside
                else lambda node: statement(WAIT).with_changes(leading_lines=node.leading_lines)
            )
    return replace(rewritten(draft, edits), notes=notes)


def _is_awaited_line(line: Statement) -> bool:
    small = only(line)
    return isinstance(small, cst.Expr) and isinstance(small.value, cst.Await)


def _waiting(node: cst.FunctionDef) -> cst.IndentedBlock:
    doc = [one for one in body_of(node.body) if is_docstring(one)]
    return cst.IndentedBlock([*doc, statement(WAIT)])


def _is_empty(function: cst.FunctionDef) -> bool:
    body = [one for one in body_of(function.body) if not is_docstring(one)]
    return all(isinstance(only(one), cst.Pass) or _is_return(one) for one in body) and not function.decorators


def _is_return(line: Statement) -> bool:
    small = only(line)
    return isinstance(small, cst.Return) and small.value is None


def _attributes(draft: Draft) -> Draft:
    view = View(draft)
    edits: dict[cst.CSTNode, Edit | None] = {}
    for owner in find(view.module, cst.ClassDef):
        methods = {f".{one.name.value}" for one in find(owner, cst.FunctionDef)}
        used = paths(owner)
        outside = {
            f".{one.attr.value}"
            for one in find(view.module, cst.Attribute)
            if text(one.value) not in {"self", "cls"}
        }
        dead = (
            {one for one in draft.touched & used if one.startswith(".")}
            - methods
            - outside
            - _annotated_only(owner)
        )
        dead = {one for one in dead if is_control(owner, one) or _is_only_assigned(owner, one)}
        while dead:
            gone: list[Statement] = []
            alive: set[str] = set()
            for function in find(owner, cst.FunctionDef):
                more, still = serving(body_of(function.body), dead)
                gone += more
                alive |= still
            if not alive:
                edits |= dict.fromkeys(gone)
                break
            dead -= alive
    return rewritten(draft, edits)


def _is_only_assigned(owner: cst.ClassDef, attribute: str) -> bool:
    """Whether nothing but assignments mentions an attribute."""
    name = f"self.{attribute[1:]}"
    targets = {id(one.target) for one in find(owner, cst.AssignTarget)}
    targets |= {id(one.target) for one in find(owner, cst.AnnAssign)}
    return all(id(one) in targets for one in find(owner, cst.Attribute) if text(one) == name)


def _annotated_only(owner: cst.ClassDef) -> set[str]:
    """Attributes that the class declares in its body: others may read them."""
    return {
        f".{text(small.target)}"
        for line in body_of(owner.body)
        if isinstance(small := only(line), cst.AnnAssign)
    }


def _functions(draft: Draft) -> Draft:
    view = View(draft)
    edits: dict[cst.CSTNode, Edit | None] = {}
    used = handlers(view)
    for function in view.functions:
        name = function.name.value
        is_method = view.class_of(function) is not None
        mark = f".{name}" if is_method else name
        if mark not in draft.touched or any(function is one for one in used) or _KEPT.fullmatch(name):
            continue
        if function.decorators or name in draft.neighbours.called:
            continue
        inside = {id(one) for one in walk(function)}
        rest = {one.value for one in find(view.module, cst.Name) if id(one) not in inside}
        if name not in rest:
            edits[function] = None
    return rewritten(draft, edits)
