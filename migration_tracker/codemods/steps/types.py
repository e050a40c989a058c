"""Types of the old package in annotations become those of the replacement, or go."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from migration_tracker.codemods.clients import role_of, symbol_of
from migration_tracker.codemods.code import Edit, find, rewrite
from migration_tracker.codemods.values import Draft
from migration_tracker.codemods.view import View

BEFORE = """
class Worker:
    consumer: AIOKafkaConsumer | None = None

    async def handle(self, record: ConsumerRecord) -> None: ...
"""
AFTER = """
class Worker:
    consumer: Consumer | None = None

    async def handle(self, record: PipelineMessage) -> None: ...
"""


def apply(draft: Draft) -> Draft:
    """Replace the types that have a counterpart; an annotation without one goes."""
    view = View(draft)
    edits: dict[cst.CSTNode, Edit | None] = _aliases(view)
    for node in find(view.module, cst.Annotation):
        names = {one: new for one in _names(node) if (new := _counterpart(view, one)) is not None}
        if not names:
            continue
        if all(names.values()):
            edits |= {one: _named(new) for one, new in names.items()}
            continue
        parent = view.parents[id(node)]
        if isinstance(parent, cst.AnnAssign):
            edits[parent] = _plain
        elif isinstance(parent, cst.Param):
            edits[parent] = lambda one: one.with_changes(annotation=None)
        elif isinstance(parent, cst.FunctionDef):
            edits[parent] = lambda one: one.with_changes(returns=None)
    return replace(draft, module=rewrite(draft.module, edits))


def _aliases(view: View) -> dict[cst.CSTNode, Edit | None]:
    """Old types with a counterpart in what is assigned: `Prepared = tuple[ConsumerRecord, …]`."""
    found: dict[cst.CSTNode, Edit | None] = {}
    for line in find(view.module, cst.Subscript):
        for one in find(line, cst.Name):
            if new := _counterpart(view, one):
                found[one] = _named(new)
    return found


def _names(node: cst.Annotation) -> list[cst.BaseExpression]:
    found: list[cst.BaseExpression] = []
    inner: set[int] = set()
    for one in find(node, cst.Attribute):
        if id(one) not in inner:
            found.append(one)
            inner |= {id(below) for below in (*find(one.value, cst.Name), *find(one, cst.Name))}
    return [*found, *(one for one in find(node, cst.Name) if id(one) not in inner)]


def _named(new: str) -> Edit:
    return lambda _: cst.Name(new)


def _plain(node: cst.AnnAssign) -> cst.Assign | None:
    return cst.Assign([cst.AssignTarget(node.target)], node.value) if node.value is not None else None


def _counterpart(view: View, node: cst.BaseExpression) -> str | None:
    """The new name of an old type; empty where it has none, None where it is no old type."""
    conventions = view.draft.conventions
    if symbol := symbol_of(view, node):
        new = conventions.producer_type if role_of(symbol) == "producer" else conventions.consumer_type
        return new.rpartition(".")[2]
    dotted = view.dotted(node) or ""
    packages = {one.partition(".")[0] for one in view.draft.legacy}
    if dotted.partition(".")[0] in packages and dotted.rpartition(".")[2] == "ConsumerRecord":
        return conventions.message.rpartition(".")[2]
    return None
