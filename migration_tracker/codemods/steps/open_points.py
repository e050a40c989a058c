"""Comments at the places that people must decide."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

from migration_tracker.codemods.code import Edit, Statement, find, rewrite, text, with_todo
from migration_tracker.codemods.values import MARK, Draft
from migration_tracker.codemods.view import View

BEFORE = """
errors = (KafkaError, OSError)
"""
AFTER = """
# TODO(migration): KafkaError is of the old client, and the transport layer does not know it
errors = (KafkaError, OSError)
"""

REASONS = {
    "create-consumer": "the old client is still reached from here",
    "consume-loop": "a loop still reads messages here",
    "one-message": "this takes many messages; a handler gets one",
    "awaited": "this begins work that no handler awaits, or keeps track of it: await it, or let it go",
    "unused-config": "this configures the old client; the transport layer has settings of its own",
    "contract-docstring": "its docstring does not state the transport layer's contract",
}
"""What is said where the scanner finds an item of the plan unmet in a patched file."""


def at_nodes(draft: Draft, points: Iterable[tuple[cst.CSTNode, str]]) -> Draft:
    """Comments before the statements of nodes, one for each reason."""
    view = View(draft)
    reasons: dict[Statement, list[str]] = {}
    for node, reason in points:
        lines = reasons.setdefault(view.statement_of(node), [])
        if reason not in lines:
            lines.append(reason)
    edits: dict[cst.CSTNode, Edit | None] = {line: _marking(texts) for line, texts in reasons.items()}
    return replace(draft, module=rewrite(draft.module, edits))


def _marking(reasons: list[str]) -> Edit:
    def edit(node: Statement) -> Statement:
        for reason in reasons:
            node = with_todo(node, reason)
        return node

    return edit


def remains(draft: Draft) -> Draft:
    """Comments where the old package is still used."""
    view = View(draft)
    packages = {one.partition(".")[0] for one in draft.legacy}
    imports = {
        id(one)
        for node in (*find(view.module, cst.ImportFrom), *find(view.module, cst.Import))
        for one in find(node, cst.Name)
    }
    points = []
    for name in find(view.module, cst.Name):
        dotted = view.imported.get(name.value, "")
        if id(name) in imports or dotted.partition(".")[0] not in packages:
            continue
        if isinstance(parent := view.parents.get(id(name)), cst.Attribute) and parent.attr is name:
            continue
        points.append(
            (
                name,
                f"{dotted.rpartition('.')[2]} is of the old client, and the transport layer does not know it",
            )
        )
    return at_nodes(draft, points)


def at_lines(draft: Draft, points: Iterable[tuple[int, str]]) -> Draft:
    """Comments before the statements that begin at or before lines, unless there is one already."""
    wrapper = MetadataWrapper(draft.module)
    positions = wrapper.resolve(PositionProvider)
    lines = sorted(
        (
            (place.start.line, node)
            for node, place in positions.items()
            if isinstance(node, (cst.SimpleStatementLine, cst.BaseCompoundStatement))
        ),
        key=lambda pair: pair[0],
    )
    here = replace(draft, module=wrapper.module)
    chosen: list[tuple[cst.CSTNode, str]] = []
    for line, reason in points:
        before = [node for start, node in lines if start <= line]
        node = before[-1] if before else (lines[0][1] if lines else None)
        if node is not None and not _is_marked(node):
            chosen.append((node, reason))
    return at_nodes(here, chosen)


def _is_marked(node: cst.CSTNode) -> bool:
    return any(MARK in text(one) for one in getattr(node, "leading_lines", ()))
