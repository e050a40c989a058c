"""A method that only builds the client is put where it was called: `_create_consumer()` goes."""

from __future__ import annotations

import re
from dataclasses import replace

import libcst as cst

from migration_tracker.codemods.clients import clients
from migration_tracker.codemods.code import (
    Edit,
    Statement,
    assigned,
    body_of,
    expression,
    expression_of,
    find,
    is_docstring,
    only,
    rewrite,
    statement,
    text,
)
from migration_tracker.codemods.values import Draft
from migration_tracker.codemods.view import View, parameters

BEFORE = """
class Worker:
    async def start(self):
        self.consumer = await self._create_consumer()

    async def _create_consumer(self):
        consumer = AIOKafkaConsumer("jobs", group_id=GROUP)
        await consumer.start()
        return consumer
"""
AFTER = """
class Worker:
    async def start(self):
        self.consumer = AIOKafkaConsumer("jobs", group_id=GROUP)
        await self.consumer.start()
"""

_LIFECYCLE = re.compile(r"__\w+__|_*(?:start|run|main|stop|consume|setup|startup|close|shutdown)\w*")
_MOST_STATEMENTS = 8


def apply(draft: Draft) -> Draft:
    """Inline what builds clients, one function after the other."""
    while (inlined := _inline_one(draft)) is not None:
        draft = inlined
    return draft


def _inline_one(draft: Draft) -> Draft | None:
    view = View(draft)
    for client in clients(view):
        function = view.function_of(client.call)
        if function is None or not _is_creator(view, function):
            continue
        call = view.calls_of(function)[0]
        line = view.statement_of(call)
        body = _body(function, line)
        if body is None:
            continue
        body[0] = body[0].with_changes(leading_lines=getattr(line, "leading_lines", ()))
        edits: dict[cst.CSTNode, Edit | None] = {line: _instead(body), function: None}
        return replace(
            draft,
            module=rewrite(draft.module, edits),
            touched=draft.touched | {f".{function.name.value}", function.name.value},
        )
    return None


def _instead(body: list[Statement]) -> Edit:
    return lambda _: body


def _is_creator(view: View, function: cst.FunctionDef) -> bool:
    calls = view.calls_of(function)
    return (
        len(calls) == 1
        and not calls[0].args
        and not parameters(function)
        and not function.decorators
        and view.function_of(calls[0]) is not function
        and view.function_of(calls[0]) is not None
        and not _LIFECYCLE.fullmatch(function.name.value)
        and len(body_of(function.body)) <= _MOST_STATEMENTS
        and not any(find(function, cst.Yield))
    )


def _body(function: cst.FunctionDef, line: Statement) -> list[Statement] | None:
    """The function's statements as they read where it was called."""
    body = [one for one in body_of(function.body) if not is_docstring(one)]
    returns = list(find(function, cst.Return))
    if not body:
        return None
    if not returns:
        return list(body) if expression_of(line) is not None else None
    last = only(body[-1])
    pair = assigned(line)
    if len(returns) != 1 or not isinstance(last, cst.Return) or last.value is None or pair is None:
        return None
    if isinstance(last.value, cst.Name):
        local = last.value.value
        renamed = [_renamed(one, local, pair[0]) for one in body[:-1]]
        return renamed or None
    awaits = isinstance(last.value, cst.Await)
    value = last.value.expression if isinstance(last.value, cst.Await) else last.value
    line = _with_value(line, cst.Await(value) if awaits else value)
    return [*body[:-1], line]


def _with_value(line: Statement, value: cst.BaseExpression) -> Statement:
    small = only(line)
    assert isinstance(small, (cst.Assign, cst.AnnAssign))
    return line.with_changes(body=[small.with_changes(value=value)])


def _renamed(line: Statement, local: str, target: str) -> Statement:
    edits: dict[cst.CSTNode, Edit | None] = {
        name: lambda _: expression(target) for name in find(line, cst.Name) if name.value == local
    }
    for arg in find(line, cst.Arg):  # a keyword of that name is not the variable
        if arg.keyword is not None:
            edits.pop(arg.keyword, None)
    for attribute in find(line, cst.Attribute):
        edits.pop(attribute.attr, None)
    small = only(line)
    if isinstance(small, cst.AnnAssign) and text(small.target) == local and small.value is not None:
        plain = statement(f"{target} = None")
        return plain.with_changes(body=[plain.body[0].with_changes(value=rewrite(small.value, edits))])  # type: ignore[index]
    return rewrite(line, edits)
