"""Variables, parameters and constants that nothing reads any more."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from migration_tracker.codemods.calls import argument, constructions
from migration_tracker.codemods.code import (
    Edit,
    assigned,
    find,
    paths,
    rewrite,
    text,
    walk,
    words,
)
from migration_tracker.codemods.reached import handlers
from migration_tracker.codemods.values import Draft
from migration_tracker.codemods.view import View, own_lines, parameters


def unread_variables(draft: Draft) -> Draft:
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
    return rewritten(draft, edits)


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


def unread_parameters(draft: Draft) -> Draft:
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
                args = [argument(call, function, name) for call in calls]
                if any(arg.star for call in calls for arg in call.args):
                    continue
                if any(arg is not None and any(find(arg, cst.Await)) for arg in args):
                    continue
                edits[one] = None
                edits |= {arg: None for arg in args if arg is not None}
                break  # positions move: the next one in the next round
    for params in find(view.module, cst.Parameters):
        if params.kwonly_params and all(one in edits for one in params.kwonly_params):
            edits[params] = lambda node: node.with_changes(star_arg=cst.MaybeSentinel.DEFAULT)
    return rewritten(draft, edits)


def _calls(view: View, function: cst.FunctionDef) -> list[cst.Call]:
    owner = view.class_of(function)
    is_constructor = function.name.value == "__init__" and owner is not None
    return constructions(view, owner) if is_constructor and owner else view.calls_of(function)


def unread_constants(draft: Draft) -> Draft:
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
    return rewritten(draft, edits)


def rewritten(draft: Draft, edits: dict[cst.CSTNode, Edit | None]) -> Draft:
    if not edits:
        return draft
    used = {name for node, edit in edits.items() if edit is None for name in paths(node)}
    return replace(draft, module=rewrite(draft.module, edits), touched=draft.touched | used)
