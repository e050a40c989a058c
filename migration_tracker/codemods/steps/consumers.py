"""The old consumer and its configuration become a call of `create_consumer()`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import libcst as cst

from migration_tracker.codemods.clients import Client, consumers
from migration_tracker.codemods.code import (
    Edit,
    Statement,
    expression_of,
    find,
    paths,
    rewrite,
    statement,
    text,
    todo,
)
from migration_tracker.codemods.opening import opened
from migration_tracker.codemods.settings import SECURITY
from migration_tracker.codemods.topics import topic_key
from migration_tracker.codemods.values import Draft, Reading
from migration_tracker.codemods.view import View

BEFORE = """
class Worker:
    async def start(self):
        self.consumer = AIOKafkaConsumer(JOBS, group_id="claims-worker", enable_auto_commit=False)
        await self.consumer.start()
"""
AFTER = """
class Worker:
    async def start(self):
        self.consumer = await create_consumer(
            config=self.config,
            domain="claims",
            worker_name="worker",
            topics=[JOBS],
            message_handler=self.handle,
            topic_key="jobs",
        )
        await self.consumer.start()
"""

_LONGEST = 80
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def apply(draft: Draft) -> Draft:
    """Replace the consumers whose loops became handlers."""
    for reading in draft.readings:
        view = View(draft)
        client = next((one for one in consumers(view) if one.target == reading.consumer), None)
        if client is not None:
            draft = _replaced(view, client, reading)
    return draft


def _replaced(view: View, client: Client, reading: Reading) -> Draft:
    draft = view.draft
    call = f"{'await ' if draft.conventions.awaits_consumer else ''}{_call(view, client, reading)}"
    made = statement(f"{reading.consumer} = {call}")
    lead = [line for reason in _reasons(view, client) for line in todo(reason)]
    made = made.with_changes(leading_lines=lead)
    edits: dict[cst.CSTNode, Edit | None] = {}
    used = set(client.uses) | paths(client.settings.values())
    line = client.line
    if isinstance(line, cst.With):
        edits[line] = lambda node: opened(node, reading.consumer, made)
    elif _can_wait(view, client):
        edits[line] = lambda node: _in_place(node, made)
    else:
        starts = _starts(view, client)
        if starts is not None:
            edits[line] = _nothing_yet(view, client)
            edits[starts] = lambda node: [_in_place(node, made), node.with_changes(leading_lines=())]
    for one in find(view.module, cst.SimpleStatementLine):
        value = expression_of(one)
        if isinstance(value, cst.Call) and text(value.func) == f"{reading.consumer}.subscribe":
            edits[one] = None
    return replace(
        draft,
        module=rewrite(draft.module, edits),
        touched=draft.touched | used,
        notes=draft.notes + _notes(view, reading),
    )


def _in_place(node: Statement, made: Statement) -> Statement:
    return made.with_changes(leading_lines=[*node.leading_lines, *made.leading_lines])


def _can_wait(view: View, client: Client) -> bool:
    function = view.function_of(client.call)
    return function is not None and (
        function.asynchronous is not None or not view.draft.conventions.awaits_consumer
    )


def _starts(view: View, client: Client) -> Statement | None:
    """Where a consumer is started that is built where nothing can be awaited."""
    for one in find(view.module, cst.Call):
        if (
            isinstance(one.func, cst.Attribute)
            and one.func.attr.value == "start"
            and text(one.func.value) == client.target
        ):
            return view.statement_of(one)
    return None


def _nothing_yet(view: View, client: Client) -> Edit | None:
    if view.class_of(client.call) is None:
        return None
    empty = statement(f"{client.target} = None")
    return lambda node: empty.with_changes(leading_lines=node.leading_lines)


def worker_name(view: View, client: Client | None) -> str:
    """The name by which the replacement finds the group that the worker has now, if it can be had so."""
    draft = view.draft
    group = client.group if client else None
    pattern = re.escape(draft.conventions.group).replace(r"\{domain\}", re.escape(draft.domain))
    found = re.fullmatch(pattern.replace(r"\{worker\}", "(?P<worker>.+)"), group) if group else None
    return found["worker"].replace("-", "_") if found and "worker" in found.groupdict() else draft.worker


def _call(view: View, client: Client, reading: Reading) -> str:
    conventions = view.draft.conventions
    owner = view.class_of(client.call)
    values = {
        "config": view.draft.configs.get(owner.name.value if owner else "", ""),
        "domain": f'"{view.draft.domain}"',
        "worker": f'"{worker_name(view, client)}"',
        "topics": _topics(client),
        "handler": reading.handler,
        "topic_key": _quoted(topic_key(view, client)),
        "options": _options(view, reading),
    }
    return called(conventions.create_consumer, conventions.consumer_arguments, values)


def called(symbol: str, arguments: Mapping[str, str], values: Mapping[str, str]) -> str:
    """A call with the arguments whose placeholders stand for something."""
    given = []
    for keyword, template in arguments.items():
        if all(values.get(one) for one in _PLACEHOLDER.findall(template)):
            value = _PLACEHOLDER.sub(lambda found: values[found[1]], template)
            given.append(f"{keyword}={value}")
    name = symbol.rpartition(".")[2]
    line = f"{name}({', '.join(given)})"
    if len(line) <= _LONGEST:
        return line
    return f"{name}(\n" + "".join(f"    {one},\n" for one in given) + ")"


def _quoted(value: str | None) -> str:
    return f'"{value}"' if value else ""


def _topics(client: Client) -> str:
    written = [text(one) for one in client.topics]
    if len(written) == 1 and written[0].startswith("[*"):
        inner = written[0][2:-1]
        is_list = isinstance(client.view.value_of(inner, client.call), cst.List)
        return inner if is_list or inner.startswith(("sorted(", "list(")) else f"list({inner})"
    plain = [one[1:-1] if one.startswith("[*") else one for one in written]
    return f"[{', '.join(plain)}]"


def _options(view: View, reading: Reading) -> str:
    conventions = view.draft.conventions
    if reading.in_flight is None or not conventions.options:
        return ""
    given = [f'ordering="{conventions.ordering}"'] if conventions.ordering else []
    given.append(f"max_in_flight={reading.in_flight}")
    return f"{conventions.options.rpartition('.')[2]}({', '.join(given)})"


def _reasons(view: View, client: Client) -> list[str]:
    """What the new consumer does otherwise than the old one, where that must be decided."""
    draft, found = view.draft, []
    new = draft.conventions.group.format(domain=draft.domain, worker=worker_name(view, client)).replace(
        "_", "-"
    )
    if "group_id" not in client.settings and not client.opaque:
        found.append(f"the old consumer had no group and kept no positions; the group is {new} now")
    elif client.group != new and not (client.group is None and not client.settings.get("group_id")):
        old = client.group or text(client.settings["group_id"])
        found.append(f"the group was {old} and is {new} now: move its positions, or keep the old group")
    if client.setting("auto_offset_reset") == "latest":
        found.append("a new group began with the latest message; now it begins with the oldest")
    if security := sorted(set(client.settings) & SECURITY):
        found.append(f"{', '.join(security)}: put this into the transport layer's configuration")
    if client.setting("isolation_level") == "read_committed":
        found.append("it read only what transactions had committed; the transport layer reads everything")
    return found


def _notes(view: View, reading: Reading) -> tuple[str, ...]:
    if reading.in_flight is None or view.draft.conventions.options:
        return ()
    return (
        f"{reading.in_flight} messages were worked on at once; the replacement takes one after the other",
    )
