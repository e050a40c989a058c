"""A handler that logs whatever fails and goes on would have its message committed: it raises instead."""

from __future__ import annotations

import re
from dataclasses import replace

import libcst as cst

from migration_tracker.codemods.bookkeeping import is_aside, is_broad, is_seek
from migration_tracker.codemods.code import Edit, Statement, body_of, find, only, rewrite, statement, walk
from migration_tracker.codemods.reached import reached
from migration_tracker.codemods.values import Draft
from migration_tracker.codemods.view import View

BEFORE = """
class Worker:
    async def handle(self, message):
        try:
            await self.store(message)
        except Exception:
            logger.exception("failed, skipped")
"""
AFTER = """
class Worker:
    async def handle(self, message):
        try:
            await self.store(message)
        except Exception:
            logger.exception("failed, skipped")
            raise
"""

_NOTE = "{}() raises what it only logged before: the message comes again"
_SKIPPED = re.compile(
    r"(?:[,;:]|\s-)? (?:and )?(?:message |record )?(?:skipp|ignor|dropp)(?:ed|ing)"
    r"(?: it| message| record)?(['\"])$"
)


def apply(draft: Draft) -> Draft:
    """Raise where a broad `except` only logs, in what a handler awaits."""
    view = View(draft)
    edits: dict[cst.CSTNode, Edit | None] = {}
    notes: dict[str, None] = {}
    for function in reached(view):
        for node in find(function, cst.Try):
            if not any(isinstance(one, cst.Await) for one in walk(node.body)):
                continue
            for handler in node.handlers:
                if _swallows(handler):
                    edits[handler.body] = _raising
                    notes[_NOTE.format(function.name.value)] = None
    return replace(draft, module=rewrite(draft.module, edits), notes=(*draft.notes, *notes))


def _reworded(line: Statement) -> Statement:
    """A message that is not skipped any more is not said to be."""
    edits: dict[cst.CSTNode, Edit | None] = {}
    for one in find(line, cst.SimpleString):
        if is_aside(line) and _SKIPPED.search(one.value):
            edits[one] = lambda node: node.with_changes(value=_SKIPPED.sub(r"\1", node.value))
    return rewrite(line, edits)


def _swallows(handler: cst.ExceptHandler) -> bool:
    lines = body_of(handler.body)
    if any(is_seek(one) for one in lines):
        return all(is_seek(one) or _only_logs(one) for one in lines)
    return is_broad(handler) and all(map(_only_logs, lines))


def _only_logs(line: Statement) -> bool:
    small = only(line)
    return (
        is_aside(line)
        or isinstance(small, cst.Continue)
        or (isinstance(small, cst.Return) and small.value is None)
    )


def _raising(block: cst.BaseSuite) -> cst.BaseSuite:
    kept = [
        _reworded(one)
        for one in body_of(block)
        if not is_seek(one) and not isinstance(only(one), (cst.Pass, cst.Continue, cst.Return))
    ]
    return cst.IndentedBlock([*kept, statement("raise")])
