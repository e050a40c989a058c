"""What a handler keeps for a later call is lost with the process: its message is committed by then."""

from __future__ import annotations

import libcst as cst

from migration_tracker.codemods.code import expression_of, find, text
from migration_tracker.codemods.reached import reached
from migration_tracker.codemods.steps.open_points import at_nodes
from migration_tracker.codemods.values import Draft
from migration_tracker.codemods.view import View, own_lines

BEFORE = """
class Worker:
    async def handle(self, message):
        self.waiting.append(message)
"""
AFTER = """
class Worker:
    async def handle(self, message):
        # TODO(migration): `self.waiting` keeps this for a later call, but the message is committed when
        #   the handler returns: await what makes it safe here, or use the transport layer's group commit
        self.waiting.append(message)
"""

_REASON = (
    "`{}` keeps this for a later call, but the message is committed when the handler returns: await what"
    " makes it safe here, or use the transport layer's group commit"
)
_KEEPS = frozenset({"append", "appendleft", "extend", "put", "put_nowait"})


def apply(draft: Draft) -> Draft:
    """Comments where a handler, or what it calls, puts something into a container of the worker."""
    view = View(draft)
    points: list[tuple[cst.CSTNode, str]] = []
    for function in reached(view):
        for line in own_lines(function):
            call = expression_of(line)
            if not isinstance(call, cst.Call) or not isinstance(call.func, cst.Attribute):
                continue
            kept = text(call.func.value).partition("[")[0]
            begins = any(
                text(one.func).endswith(("create_task", "ensure_future")) for one in find(line, cst.Call)
            )
            if call.func.attr.value in _KEEPS and kept.startswith("self.") and not begins:
                points.append((line, _REASON.format(kept)))
    return at_nodes(draft, points)
