"""The loops that read from an old consumer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from migration_tracker.codemods.batches import follow_many
from migration_tracker.codemods.bookkeeping import is_aside
from migration_tracker.codemods.clients import Client
from migration_tracker.codemods.code import (
    Statement,
    assigned,
    body_of,
    expression_of,
    find,
    is_docstring,
    only,
    own,
    text,
)
from migration_tracker.codemods.view import View, parameters
from migration_tracker.codemods.work import Work, follow_one

_FETCHES = frozenset({"getmany", "getone"})


@dataclass(frozen=True)
class Loop:
    """A loop over a consumer's messages.

    Args:
        node: the `async for` or the `while`.
        function: where it stands.
        variable: the message, or the batch.
        body: what is done with it.
        is_batch: whether it fetches many at a time.
        most: the bound of a batch, as written, where the loop gives one.
    """

    node: cst.For | cst.While
    function: cst.FunctionDef
    variable: str
    body: tuple[Statement, ...]
    is_batch: bool
    most: cst.BaseExpression | None = None

    def work(self, view: View) -> Work:
        """What becomes of each message."""
        start = Work(self.variable, (), self.function)
        follow = follow_many if self.is_batch else follow_one
        return follow(view, self.body, self.variable, start)


def loop_of(view: View, client: Client) -> Loop | None:
    """The loop that reads from a consumer; None where there is none, or more than one."""
    found = list(_loops(view, client))
    return found[0] if len(found) == 1 else None


def _loops(view: View, client: Client) -> Iterator[Loop]:
    for function in view.functions:
        for node in own(function.body):
            if isinstance(node, cst.For) and node.asynchronous and reads(view, client, node.iter, function):
                yield Loop(node, function, text(node.target), body_of(node.body), is_batch=False)
            elif isinstance(node, cst.While):
                yield from _fetching(view, client, node, function)


def _fetching(view: View, client: Client, node: cst.While, function: cst.FunctionDef) -> Iterator[Loop]:
    for line in own(node.body):
        pair = assigned(line) if isinstance(line, cst.SimpleStatementLine) else None
        call = _fetch(view, client, pair[1], function) if pair else None
        if call is None or pair is None or _inner_loop(view, line, node):
            continue
        assert isinstance(call.func, cst.Attribute)
        most = next(
            (one.value for one in call.args if one.keyword and one.keyword.value == "max_records"), None
        )
        yield Loop(node, function, pair[0], _after(view, line, node), call.func.attr.value == "getmany", most)
        return


def _after(view: View, line: cst.CSTNode, loop: cst.While) -> tuple[Statement, ...]:
    """The statements of a loop's round that come after one: in its block, and in those around it."""
    found: list[Statement] = []
    here = line
    for around in view.around(line):
        if isinstance(around, cst.IndentedBlock):
            body = body_of(around)
            found += body[[id(one) for one in body].index(id(here)) + 1 :]
        elif isinstance(around, (cst.SimpleStatementLine, cst.BaseCompoundStatement)):
            here = around
        if around is loop:
            break
    return tuple(found)


def _inner_loop(view: View, line: cst.CSTNode, node: cst.While) -> bool:
    for one in view.around(line):
        if one is node:
            return False
        if isinstance(one, (cst.For, cst.While)):
            return True
    return False


def _fetch(
    view: View, client: Client, value: cst.BaseExpression, function: cst.FunctionDef
) -> cst.Call | None:
    for call in find(value, cst.Call):
        if (
            isinstance(call.func, cst.Attribute)
            and call.func.attr.value in _FETCHES
            and reads(view, client, call.func.value, function)
        ):
            return call
    return None


def reads(view: View, client: Client, node: cst.BaseExpression, function: cst.FunctionDef) -> bool:
    """Whether an expression is the consumer: by its name, by another name for it, or as an argument."""
    name = text(node)
    if name == client.target:
        return True
    if client.target is None or "." in name:
        return False
    value = view.value_of(name, node)
    if value is not None:
        return text(value) == client.target
    names = [one.name.value for one in parameters(function)]
    if name not in names:
        return False
    for call in view.calls_of(function):
        given = [text(one.value) for one in call.args if one.keyword is None or one.keyword.value == name]
        if client.target in given:
            return True
    return False


def is_only_loop(loop: Loop) -> bool:
    """Whether its function does nothing but run the loop, so that it goes with it."""
    return _is_only(body_of(loop.function.body), loop.node)


def _is_only(body: tuple[Statement, ...], node: cst.CSTNode) -> bool:
    return all(_belongs(line, node) for line in body)


def _belongs(line: Statement, node: cst.CSTNode) -> bool:
    if line is node or is_docstring(line) or is_aside(line):
        return True
    if isinstance(line, cst.Try):
        blocks = [line.body, *(one.body for one in line.handlers)]
        blocks += [line.finalbody.body] if line.finalbody else []
        return all(_is_only(body_of(one), node) for one in blocks)
    if isinstance(line, cst.If):
        return all(
            isinstance(only(one), (cst.Return, cst.Raise)) or is_aside(one) for one in body_of(line.body)
        )
    if isinstance(only(line), (cst.Raise, cst.Return, cst.Break)):
        return True
    call = expression_of(line)
    if isinstance(call, cst.Call):
        return text(call.func).rpartition(".")[2] in {"set", "clear"}
    pair = assigned(line)
    return (
        pair is not None
        and isinstance(pair[1], (cst.Name, cst.Attribute, cst.SimpleString, cst.Integer))
        and not any(find(line, cst.Await))
    )
