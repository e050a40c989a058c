"""What only the old code used goes with it: attributes, parameters, functions, variables, constants."""

from __future__ import annotations

import re
from dataclasses import replace

import libcst as cst

from migration_tracker.codemods.code import (
    Edit,
    Statement,
    assigned,
    body_of,
    find,
    is_docstring,
    only,
    paths,
    rewrite,
    statement,
    text,
    walk,
    words,
)
from migration_tracker.codemods.control import is_control, serving
from migration_tracker.codemods.reached import handlers
from migration_tracker.codemods.steps.handlers import GONE, WAIT
from migration_tracker.codemods.values import Draft
from migration_tracker.codemods.view import View, own_lines, parameters

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
        for step in (_attributes, _functions, _variables, _parameters, _constants):
            draft = step(draft)
        if draft.module.code == before:
            break
    return draft


def _done(draft: Draft, edits: dict[cst.CSTNode, Edit | None]) -> Draft:
    if not edits:
        return draft
    used = {name for node, edit in edits.items() if edit is None for name in paths(node)}
    return replace(draft, module=rewrite(draft.module, edits), touched=draft.touched | used)


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
    return replace(_done(draft, edits), notes=notes)


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
    return _done(draft, edits)


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
    return _done(draft, edits)


def _variables(draft: Draft) -> Draft:
    """Local variables that are assigned and never read."""
    view = View(draft)
    edits: dict[cst.CSTNode, Edit | None] = {}
    for function in view.functions:
        reads = _reads(function)
        for line in own_lines(function):
            pair = assigned(line)
            if pair and pair[0].isidentifier() and pair[0] in draft.touched and pair[0] not in reads:
                if any(find(line, cst.Await)) or any(
                    isinstance(one, (cst.Nonlocal, cst.Global)) for one in walk(function)
                ):
                    continue
                edits[line] = None
    return _done(draft, edits)


def _reads(node: cst.CSTNode) -> set[str]:
    """Names that are read, not only assigned."""
    targets = {id(one.target) for one in find(node, cst.AssignTarget)} | {
        id(one.target) for one in find(node, cst.AnnAssign)
    }
    params = {id(one.name) for one in find(node, cst.Param)}
    keywords = {id(one.keyword) for one in find(node, cst.Arg) if one.keyword}
    attributes = {id(one.attr) for one in find(node, cst.Attribute)}
    skipped = targets | params | keywords | attributes
    return {one.value for one in find(node, cst.Name) if id(one) not in skipped}


def _parameters(draft: Draft) -> Draft:
    """Parameters that nothing reads any more, with what callers give for them."""
    view = View(draft)
    edits: dict[cst.CSTNode, Edit | None] = {}
    for function in view.functions:
        if any(function is one for one in handlers(view)) or function.decorators:
            continue
        owner = view.class_of(function)
        is_constructor = function.name.value == "__init__" and owner is not None
        fixed = draft.neighbours.built.get(owner.name.value, 0) if is_constructor and owner else 0
        reads = _reads(function.body)
        for one in parameters(function)[fixed:]:
            name = one.name.value
            if name in draft.touched and name not in reads and name not in draft.neighbours.given:
                calls = _calls(view, function)
                args = [_argument(call, function, name) for call in calls]
                if any(arg is not None and any(find(arg, cst.Await)) for arg in args):
                    continue
                edits[one] = None
                edits |= {arg: None for arg in args if arg is not None}
                break  # positions move: the next one in the next round
    for params in find(view.module, cst.Parameters):
        if params.kwonly_params and all(one in edits for one in params.kwonly_params):
            edits[params] = lambda node: node.with_changes(star_arg=cst.MaybeSentinel.DEFAULT)
    return _done(draft, edits)


def _calls(view: View, function: cst.FunctionDef) -> list[cst.Call]:
    owner = view.class_of(function)
    if function.name.value == "__init__" and owner is not None:
        return [
            one
            for one in find(view.module, cst.Call)
            if text(one.func) == owner.name.value or (text(one.func) == "cls" and view.class_of(one) is owner)
        ]
    return view.calls_of(function)


def _argument(call: cst.Call, function: cst.FunctionDef, name: str) -> cst.Arg | None:
    names = [one.name.value for one in parameters(function)]
    for number, arg in enumerate(call.args):
        if arg.star:
            return None
        if (arg.keyword and arg.keyword.value == name) or (
            not arg.keyword and number < len(names) and names[number] == name
        ):
            return arg
    return None


def _constants(draft: Draft) -> Draft:
    view = View(draft)
    edits: dict[cst.CSTNode, Edit | None] = {}
    reads = _reads(view.module)
    texts = words(view.module) | {text(one).strip("\"'") for one in find(view.module, cst.SimpleString)}
    for line in view.module.body:
        pair = assigned(line)
        if (
            pair is None
            or pair[0] not in draft.touched
            or pair[0] in reads
            or pair[0] in draft.neighbours.read
        ):
            continue
        if pair[0] in {text(one).strip("\"'") for one in find(view.module, cst.SimpleString)} & texts:
            continue
        if not any(find(line, cst.Await)) and "getlogger" not in text(pair[1]).lower().replace("_", ""):
            edits[line] = None
    return _done(draft, edits)
