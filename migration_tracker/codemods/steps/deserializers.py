"""What the old consumer did to keys and values, the handler does now: a message brings bytes."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from migration_tracker.codemods.code import Edit, find, rewrite, text
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
        for one in find(function.body, cst.Attribute):
            attribute = one.attr.value
            if text(one.value) == variable and attribute in functions:
                edits[one] = _apply(functions[attribute])
    return replace(draft, module=rewrite(draft.module, edits))


def _apply(function: cst.BaseExpression) -> Edit:
    return lambda node: applied(function, node)
