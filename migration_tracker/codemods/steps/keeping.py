"""What a handler keeps for a later call is lost with the process: its message is committed by then."""

from __future__ import annotations

import libcst as cst

from migration_tracker.codemods.code import assigned, expression_of, find, text
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


_CONTAINERS = frozenset({"list", "dict", "set", "deque", "defaultdict", "Queue", "OrderedDict"})


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
            if call.func.attr.value in _KEEPS and _is_container(view, kept, line) and not begins:
                points.append((line, _REASON.format(kept)))
    return at_nodes(draft, points)


def _is_container(view: View, name: str, near: cst.CSTNode) -> bool:
    """Whether an attribute is a list or its like, made by the worker."""
    if not name.startswith("self."):
        return False
    owner = view.class_of(near)
    values = [
        pair[1]
        for line in (find(owner, cst.SimpleStatementLine) if owner else ())
        if (pair := assigned(line)) and pair[0] == name
    ]
    return any(
        isinstance(one, (cst.List, cst.Dict, cst.DictComp, cst.ListComp))
        or (isinstance(one, cst.Call) and text(one.func).rpartition(".")[2] in _CONTAINERS)
        for one in values
    )
