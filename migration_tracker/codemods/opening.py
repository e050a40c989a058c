"""A client that a `with` opened is started and stopped instead."""

from __future__ import annotations

import libcst as cst

from migration_tracker.codemods.code import Statement, statements, text


def opened(node: cst.With, target: str, made: Statement) -> list[Statement]:
    """The statements that take the place of `async with … as target`.

    Args:
        node: the statement; what else it opens stays around.
        target: the client's name.
        made: the line that makes the new client.
    """
    begun, trying = statements(
        f"await {target}.start()\ntry:\n    pass\nfinally:\n    await {target}.stop()\n"
    )
    rest = [item for item in node.items if not (item.asname and text(item.asname.name) == target)]
    inside = [begun, trying.with_changes(body=node.body)]
    if rest:
        rest[-1] = rest[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
        return [node.with_changes(items=rest, body=cst.IndentedBlock([made, *inside]))]
    lead = [*node.leading_lines, *made.leading_lines]
    return [made.with_changes(leading_lines=lead), *inside]
