"""The old producer becomes `create_producer()`, and what is sent through it `send()`."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from migration_tracker.codemods.clients import Client, consumers, producers
from migration_tracker.codemods.code import (
    Edit,
    expression,
    find,
    paths,
    rewrite,
    statement,
    text,
    with_todo,
)
from migration_tracker.codemods.functions import applied
from migration_tracker.codemods.literals import literal
from migration_tracker.codemods.opening import opened
from migration_tracker.codemods.settings import SECURITY
from migration_tracker.codemods.steps.consumers import called, worker_name
from migration_tracker.codemods.topics import key_of
from migration_tracker.codemods.values import Draft
from migration_tracker.codemods.view import View

BEFORE = """
class Worker:
    async def start(self):
        self.producer = AIOKafkaProducer(bootstrap_servers=self.servers)
        await self.producer.start()

    async def answer(self, result):
        await self.producer.send_and_wait("results", result.encode(), key=b"1")
"""
AFTER = """
class Worker:
    async def start(self):
        self.producer = create_producer(config=self.config, domain="claims", worker_name="worker")
        await self.producer.start()

    async def answer(self, result):
        await self.producer.send("results", result.encode(), key=b"1")
"""

_SENDS = frozenset({"send", "send_and_wait"})
_POSITIONS = ("topic", "value", "key", "partition", "timestamp_ms", "headers")
_KEPT = ("topic", "value", "key", "headers")


def apply(draft: Draft) -> Draft:
    """Replace every producer."""
    if not draft.conventions.create_producer:
        return draft
    view = View(draft)
    names = worker_name(view, next(iter(consumers(view)), None))
    while found := next(iter(producers(view := View(draft))), None):
        draft = _replaced(view, found, names)
    return draft


def _replaced(view: View, client: Client, name: str) -> Draft:
    draft = view.draft
    edits: dict[cst.CSTNode, Edit | None] = {}
    for call in find(view.module, cst.Call):
        if _is_send(call, client):
            edits |= _sent(view, client, call)
        elif (
            isinstance(call.func, cst.Attribute)
            and call.func.attr.value == "flush"
            and text(call.func.value) == client.target
        ):
            edits[view.statement_of(call)] = None
    made = expression(_call(view, client, name))
    line = client.line
    if isinstance(line, cst.With):
        assigned_to = statement(f"{client.target} = {text(made)}")
        edits[line] = lambda node: opened(node, str(client.target), assigned_to)
    else:
        edits[client.call] = lambda _: made
        if security := sorted(set(client.settings) & SECURITY):
            reason = f"{', '.join(security)}: put this into the transport layer's configuration"
            edits[line] = lambda node: with_todo(node, reason)
    used = set(client.uses) | paths(client.settings.values())
    return replace(draft, module=rewrite(draft.module, edits), touched=draft.touched | used)


def _call(view: View, client: Client, name: str) -> str:
    conventions = view.draft.conventions
    owner = view.class_of(client.call)
    values = {
        "config": view.draft.configs.get(owner.name.value if owner else "", ""),
        "domain": f'"{view.draft.domain}"',
        "worker": f'"{name}"',
        "topic_key": _topic_key(view, client),
    }
    return called(conventions.create_producer, conventions.producer_arguments, values)


def _topic_key(view: View, client: Client) -> str:
    """Of the one topic that is written, where there is one."""
    topics = set()
    for call in find(view.module, cst.Call):
        if _is_send(call, client) and call.args:
            topics.add(literal(view, call.args[0].value, call))
    topic = topics.pop() if len(topics) == 1 else None
    return f'"{key_of(view, topic)}"' if isinstance(topic, str) else ""


def _is_send(call: cst.Call, client: Client) -> bool:
    if not isinstance(call.func, cst.Attribute) or call.func.attr.value not in _SENDS:
        return False
    receiver = text(call.func.value)
    return (
        receiver == client.target or call.func.attr.value == "send_and_wait" or "producer" in receiver.lower()
    )


def _sent(view: View, client: Client, call: cst.Call) -> dict[cst.CSTNode, Edit | None]:
    given: dict[str, cst.Arg] = {}
    for number, arg in enumerate(call.args):
        if arg.star:
            return {
                view.statement_of(call): lambda node: with_todo(
                    node, "its arguments could not be read: send() takes topic, value, key and headers"
                )
            }
        given[arg.keyword.value if arg.keyword else _POSITIONS[number]] = arg
    lost = sorted(set(given) - set(_KEPT))
    reasons = [
        f"send() takes no {one.removesuffix('_ms')}: the key decides about the partition"
        if one == "partition"
        else f"send() takes no {one}"
        for one in lost
    ]

    def changed(node: cst.Call) -> cst.Call:
        now = {
            (arg.keyword.value if arg.keyword else _POSITIONS[number]): arg
            for number, arg in enumerate(node.args)
        }
        args = []
        for name in _KEPT:
            if name not in now:
                continue
            arg = now[name]
            serializer = client.settings.get(f"{name}_serializer")
            value = applied(serializer, arg.value) if serializer is not None else arg.value
            positional = arg.keyword is None and name in {"topic", "value"}
            keyword = None if positional else cst.Name(name)
            args.append(
                cst.Arg(
                    value,
                    keyword=keyword,
                    equal=cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
                    if keyword
                    else cst.MaybeSentinel.DEFAULT,
                )
            )
        whole = (
            len(args) == len(node.args)
            and all(a.value is b.value for a, b in zip(args, node.args, strict=True))
            and all((a.keyword is None) == (b.keyword is None) for a, b in zip(args, node.args, strict=True))
        )
        assert isinstance(node.func, cst.Attribute)
        func = node.func.with_changes(attr=cst.Name(view.draft.conventions.send))
        return node.with_changes(func=func, args=node.args if whole else args)

    edits: dict[cst.CSTNode, Edit | None] = {call: changed}
    awaited = view.parents.get(id(call))
    if isinstance(awaited, cst.Await) and not _is_statement(view, awaited) and call.func.attr.value == "send":  # type: ignore[attr-defined]
        edits[awaited] = lambda node: node.expression  # what was a future is what is waited for later
    elif isinstance(awaited, cst.Await) and not _is_statement(view, awaited):
        reasons.append("send() gives nothing back: partition and offset are not told")
    if reasons:
        line = view.statement_of(call)
        edits[line] = lambda node: _with_all(node, reasons)
    return edits


def _with_all(node: cst.SimpleStatementLine, reasons: list[str]) -> cst.SimpleStatementLine:
    for reason in reasons:
        node = with_todo(node, reason)  # type: ignore[assignment]
    return node


def _is_statement(view: View, awaited: cst.Await) -> bool:
    return isinstance(view.parents.get(id(awaited)), (cst.Expr, cst.Return))
