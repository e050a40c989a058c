"""Statements that only serve the old client: commits, seeks, counting offsets, keeping track of tasks."""

from __future__ import annotations

import re
from collections.abc import Sequence

import libcst as cst

from migration_tracker.codemods.code import (
    Statement,
    assigned,
    body_of,
    expression_of,
    find,
    only,
    paths,
    rewrite,
    text,
)

_LOG = re.compile(
    r"(?:\w+\.)*_?log(?:ger|ging)?\.(?:debug|info|warning|warn|error|exception|critical|log)|print"
)
_CLIENT = re.compile(r"(?:\w+\.)*_*\w*(?:consumer|kafka|client)\w*", re.IGNORECASE)
_BROAD = frozenset({"Exception", "BaseException"})


def is_log(line: cst.CSTNode) -> bool:
    call = expression_of(line)
    return isinstance(call, cst.Call) and _LOG.fullmatch(text(call.func)) is not None


def is_aside(line: cst.CSTNode) -> bool:
    """A statement that does nothing for the message: a log line, an assertion, a pass."""
    return is_log(line) or isinstance(only(line), (cst.Assert, cst.Pass))


def is_commit(line: cst.CSTNode) -> bool:
    """`await consumer.commit(…)`."""
    call = expression_of(line)
    return (
        isinstance(call, cst.Call)
        and isinstance(call.func, cst.Attribute)
        and call.func.attr.value == "commit"
        and _CLIENT.fullmatch(text(call.func.value)) is not None
    )


def is_seek(line: cst.CSTNode) -> bool:
    """`consumer.seek(…)` and its like, which makes the old client read a message again."""
    call = expression_of(line)
    return (
        isinstance(call, cst.Call)
        and isinstance(call.func, cst.Attribute)
        and call.func.attr.value in {"seek", "seek_to_committed"}
        and _CLIENT.fullmatch(text(call.func.value)) is not None
    )


def is_pruning(line: cst.CSTNode) -> bool:
    """`tasks = [task for task in tasks if not task.done()]`."""
    pair = assigned(line)
    return bool(
        pair
        and isinstance(pair[1], (cst.ListComp, cst.SetComp))
        and ".done()" in text(pair[1])
        and text(pair[1].for_in.iter) == pair[0]
    )


def _is_settling(line: cst.CSTNode) -> bool:
    """What a semaphore or a queue is told when a message is done with."""
    call = expression_of(line)
    return isinstance(call, cst.Call) and text(call.func).rpartition(".")[2] in {"task_done", "release"}


def is_broad(handler: cst.ExceptHandler) -> bool:
    """Whether it catches everything."""
    return handler.type is None or text(handler.type) in _BROAD


def is_swallowing(handler: cst.ExceptHandler) -> bool:
    """Whether it logs what failed and goes on, or lets a cancellation pass."""
    lines = body_of(handler.body)
    if handler.type is not None and text(handler.type).endswith("CancelledError"):
        return all(
            is_aside(one) or isinstance(only(one), (cst.Raise, cst.Break, cst.Return)) for one in lines
        )
    return is_broad(handler) and all(_goes_on(one) for one in lines)


def _goes_on(line: Statement) -> bool:
    call = expression_of(line)
    return (
        is_aside(line)
        or is_seek(line)
        or isinstance(only(line), (cst.Continue, cst.Pass))
        or (isinstance(call, cst.Call) and text(call.func).endswith("sleep"))
        or (isinstance(only(line), cst.Return) and getattr(only(line), "value", 0) is None)
    )


def without_bookkeeping(body: Sequence[Statement]) -> tuple[Statement, ...]:
    """The statements without what only serves the old client."""
    block = cst.Module(list(body))
    removed: list[cst.CSTNode] = [
        line
        for line in find(block, cst.SimpleStatementLine)
        if is_commit(line) or is_pruning(line) or _is_settling(line)
    ]
    removed += _counting(block, removed)
    kept = rewrite(block, dict.fromkeys(removed))
    return body_of(kept)


def _counting(block: cst.Module, removed: Sequence[cst.CSTNode]) -> list[cst.CSTNode]:
    """Assignments whose only use was a commit: offsets by partition, counters of messages since the last."""
    gone = paths(removed) if removed else set()
    found: list[cst.CSTNode] = []
    lines = [line for line in find(block, cst.SimpleStatementLine) if line not in removed]
    for line in lines:
        small = only(line)
        if isinstance(small, cst.Assign) and len(small.targets) == 1:
            target = small.targets[0].target
            name = text(target.value) if isinstance(target, cst.Subscript) else text(target)
            if name in gone and not any(find(small.value, cst.Await)):
                others = paths([one for one in lines if one is not line])
                if name not in others:
                    found.append(line)
    return found
