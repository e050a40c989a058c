"""Commits by hand go: the transport layer commits what a handler has returned from."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from migration_tracker.codemods.bookkeeping import is_aside, is_commit, is_pruning
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
)
from migration_tracker.codemods.values import Draft
from migration_tracker.codemods.view import View

BEFORE = """
class Worker:
    async def handle(self, message):
        await self.store(message)
        await self._commit(message)

    async def _commit(self, message):
        await self.consumer.commit()
"""
AFTER = """
class Worker:
    async def handle(self, message):
        await self.store(message)
"""


def apply(draft: Draft) -> Draft:
    """Take out commits, the functions that do nothing but commit, and the pruning of lists of tasks."""
    view = View(draft)
    edits: dict[cst.CSTNode, Edit | None] = {}
    used: set[str] = set()
    for function in view.functions:
        if _only_commits(body_of(function.body)):
            edits[function] = None
            for call in view.calls_of(function):
                edits[view.statement_of(call)] = None
    for line in find(view.module, cst.SimpleStatementLine):
        if is_commit(line) or is_pruning(line):
            edits[line] = None
    for node in edits:
        used |= paths(node)
    return replace(draft, module=rewrite(draft.module, edits), touched=draft.touched | used)


def _only_commits(body: tuple[Statement, ...]) -> bool:
    return any(map(_commits, body)) and all(
        _commits(one) or is_docstring(one) or is_aside(one) or _prepares(one) for one in body
    )


def _commits(line: Statement) -> bool:
    if isinstance(line, (cst.Try, cst.If)):
        return _only_commits(body_of(line.body))
    return is_commit(line)


def _prepares(line: Statement) -> bool:
    return assigned(line) is not None and only(line) is not None and not any(find(line, cst.Await))
