"""Statements that only serve attributes which nothing else uses any more: flags, events, queues, tasks."""

from __future__ import annotations

from collections.abc import Iterable, Set

import libcst as cst

from migration_tracker.codemods.bookkeeping import is_aside, is_log
from migration_tracker.codemods.code import Statement, assigned, body_of, find, only, paths, text

_METHODS = frozenset(
    {
        *("set", "clear", "wait", "cancel", "join", "release", "acquire", "done", "shutdown", "task_done"),
        *("discard", "add", "append", "remove", "put", "put_nowait"),
    }
)
_BEGINS = frozenset({"create_task", "ensure_future"})
_MADE = frozenset(
    {
        *("Event", "Lock", "Condition", "Semaphore", "BoundedSemaphore", "Queue", "Future", "create_future"),
        *("set", "list", "dict", "deque", "WeakSet", "time", "monotonic"),
    }
)
_WAITS = frozenset({"gather", "wait", "wait_for", "shield", "sleep"})


def is_control(owner: cst.ClassDef, attribute: str) -> bool:
    """Whether all that a class assigns to an attribute only steers it: flags, events, queues, tasks."""
    name = f"self.{attribute[1:]}"
    values = [
        pair[1]
        for line in find(owner, cst.SimpleStatementLine)
        if (pair := assigned(line)) and pair[0].partition("[")[0] in {name, attribute[1:]}
    ]
    return all(map(_steers, values))


def _steers(value: cst.BaseExpression) -> bool:
    match value:
        case cst.Name(value="None" | "True" | "False"):
            return True
        case cst.List() | cst.Dict():
            return all(isinstance(one, cst.Element) and _steers(one.value) for one in value.elements)
        case cst.ListComp() | cst.SetComp() | cst.DictComp():
            begins = any(text(one.func).rpartition(".")[2] in _BEGINS for one in find(value, cst.Call))
            return begins or isinstance(value, cst.DictComp)
        case cst.Call():
            return text(value.func).rpartition(".")[2] in _MADE | _BEGINS
    return False


def serving(body: Iterable[Statement], dead: Set[str]) -> tuple[list[Statement], set[str]]:
    """The statements that go with the attributes, and the attributes that something else still uses."""
    gone: list[Statement] = []
    alive: set[str] = set()
    for line in body:
        if not paths(line) & dead:
            continue
        if _serves(line, dead):
            gone.append(line)
            continue
        blocks = _blocks(line)
        inside: set[str] = set()
        for block in blocks:
            inner_gone, inner_alive = serving(body_of(block), dead)
            gone += inner_gone
            alive |= inner_alive
            inside |= paths(block)
        if not blocks:
            alive |= paths(line) & dead
        else:
            alive |= paths(_headers(line)) & dead
    return gone, alive


def _blocks(line: Statement) -> list[cst.BaseSuite]:
    match line:
        case cst.If():
            rest = [line.orelse.body] if isinstance(line.orelse, cst.Else) else []
            return [line.body, *rest, *(_blocks(line.orelse) if isinstance(line.orelse, cst.If) else [])]
        case cst.Try():
            blocks = [line.body, *(one.body for one in line.handlers)]
            blocks += [line.orelse.body] if line.orelse else []
            return [*blocks, *([line.finalbody.body] if line.finalbody else [])]
        case cst.For() | cst.While() | cst.With() | cst.FunctionDef():
            return [line.body]
    return []


def _headers(line: Statement) -> list[cst.CSTNode]:
    match line:
        case cst.If():
            return [line.test, *(_headers(line.orelse) if isinstance(line.orelse, cst.If) else [])]
        case cst.While():
            return [line.test]
        case cst.For():
            return [line.iter, line.target]
        case cst.With():
            return [item.item for item in line.items]
        case cst.Try():
            return [one.type for one in line.handlers if one.type is not None]
    return []


def _serves(line: Statement, dead: Set[str]) -> bool:
    match line:
        case cst.If():
            rest = line.orelse
            others = [] if rest is None else body_of(rest.body) if isinstance(rest, cst.Else) else [rest]
            return _only_about(line.test, dead) and all(
                _serves(one, dead) or _is_nothing(one) for one in (*body_of(line.body), *others)
            )
        case cst.For():
            names = dead | {text(line.target)}
            return _only_about(line.iter, dead) and all(
                _serves(one, names) or _is_nothing(one) for one in body_of(line.body)
            )
        case cst.With():
            return all(
                _only_about(item.item, dead) or _is_suppress(item.item) for item in line.items
            ) and all(_serves(one, dead) for one in body_of(line.body))
        case cst.Try():
            return all(_serves(one, dead) for one in body_of(line.body)) and all(
                _is_nothing(one) or is_log(one) for handler in line.handlers for one in body_of(handler.body)
            )
        case cst.SimpleStatementLine():
            return _simple(line, dead)
    return False


def _simple(line: cst.SimpleStatementLine, dead: Set[str]) -> bool:
    if pair := assigned(line):
        target = pair[0].partition("[")[0]
        return target.replace("self.", ".") in dead and not _works(pair[1], dead)
    small = only(line)
    if isinstance(small, cst.AugAssign):
        return text(small.target).replace("self.", ".") in dead and not _works(small.value, dead)
    if isinstance(small, cst.AnnAssign):
        return text(small.target).replace("self.", ".") in dead
    if is_log(line):
        return True
    if not isinstance(small, (cst.Expr, cst.Assert)):
        return False
    if isinstance(small, cst.Assert):
        return True
    value = small.value.expression if isinstance(small.value, cst.Await) else small.value
    if text(value).replace("self.", ".") in dead:
        return True
    if not isinstance(value, cst.Call) or _works(value, dead):
        return False
    function = text(value.func)
    owner, _, method = function.rpartition(".")
    if owner.partition("[")[0].replace("self.", ".") in dead:
        return method in _METHODS
    return method in _WAITS and all(_only_about(arg.value, dead) for arg in value.args if paths(arg) & dead)


def _only_about(node: cst.CSTNode, dead: Set[str]) -> bool:
    used = paths(node)
    return bool(used & dead) and all(one in dead for one in used if one.startswith("."))


def _works(node: cst.BaseExpression, dead: Set[str]) -> bool:
    """Whether an expression does something besides: awaits, begins a task, calls a method of the worker."""
    for call in find(node, cst.Call):
        function = text(call.func)
        if function.rpartition(".")[2] in {"create_task", "ensure_future"}:
            return True
        if function.startswith("self.") and f".{function.split('.')[1].partition('[')[0]}" not in dead:
            return True
    return any(not _only_about(one, dead) for one in find(node, cst.Await))


def _is_nothing(line: Statement) -> bool:
    return is_aside(line) or isinstance(only(line), (cst.Pass, cst.Continue))


def _is_suppress(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.Call) and text(node.func).rpartition(".")[2] == "suppress"
