"""What the old consumer did to keys and values, the handler does now: a message brings bytes."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from migration_tracker.codemods.code import (
    Edit,
    body_of,
    expression,
    find,
    is_docstring,
    rewrite,
    statement,
    text,
    words,
)
from migration_tracker.codemods.functions import applied
from migration_tracker.codemods.reached import carriers
from migration_tracker.codemods.values import Draft
from migration_tracker.codemods.view import View

BEFORE = """
consumer = AIOKafkaConsumer("jobs", value_deserializer=lambda value: json.loads(value.decode()))

async def handle(message):
    await store(message.value["id"])
"""
AFTER = """
async def handle(message):
    await store(json.loads(message.value.decode())["id"])
"""


def apply(draft: Draft, functions: dict[str, cst.BaseExpression]) -> Draft:
    """Apply the deserializers, by the message's attribute, wherever a handler's message is read."""
    if not functions:
        return draft
    view = View(draft)
    edits: dict[cst.CSTNode, Edit | None] = {}
    for function, variable in carriers(view):
        for attribute, deserializer in functions.items():
            edits |= _in_function(function, variable, attribute, deserializer)
    return replace(draft, module=rewrite(draft.module, edits))


def _in_function(
    function: cst.FunctionDef, variable: str, attribute: str, deserializer: cst.BaseExpression
) -> dict[cst.CSTNode, Edit | None]:
    """In place where it is read once, else into a variable at the beginning."""
    reads = [
        one
        for one in find(function.body, cst.Attribute)
        if text(one.value) == variable and one.attr.value == attribute
    ]
    if len(reads) < 2 or attribute in words(function.params) | _bound(function):
        return {one: lambda node: applied(deserializer, node) for one in reads}
    first = next(one for one in body_of(function.body) if not is_docstring(one))
    value = applied(deserializer, expression(f"{variable}.{attribute}"))
    line = statement(f"{attribute} = {text(value)}")
    edits: dict[cst.CSTNode, Edit | None] = {one: lambda _: cst.Name(attribute) for one in reads}
    edits[first] = lambda node: [line, node]
    return edits


def _bound(function: cst.FunctionDef) -> set[str]:
    return {one.target.value for one in find(function, cst.AssignTarget) if isinstance(one.target, cst.Name)}
