"""A last look at a patched file: nothing that the worker awaited may be missing."""

from __future__ import annotations

import libcst as cst

from migration_tracker.codemods.code import find, text

_OLD = frozenset(
    {
        *("getmany", "getone", "commit", "send_and_wait", "flush", "seek_to_committed", "subscribe"),
        *("gather", "wait", "wait_for", "shield", "sleep", "acquire", "put", "get", "join", "start", "stop"),
    }
)


def lost(before: cst.Module, after: cst.Module) -> list[str]:
    """Names of what the file awaited before and does not any more, but for the old client and its loops."""
    own = {one.name.value for one in find(before, cst.FunctionDef)}
    return sorted(_awaited(before) - _awaited(after) - _called(after) - _OLD - own)


def _awaited(module: cst.Module) -> set[str]:
    return {
        text(one.expression.func).rpartition(".")[2]
        for one in find(module, cst.Await)
        if isinstance(one.expression, cst.Call)
    }


def _called(module: cst.Module) -> set[str]:
    return {text(one.func).rpartition(".")[2] for one in find(module, cst.Call)}
