"""The loop that reads messages goes; what it did with each becomes the handler, and batches a bound."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from migration_tracker.codemods.bounds import in_flight_of
from migration_tracker.codemods.clients import Client, consumers
from migration_tracker.codemods.code import (
    Edit,
    Statement,
    only,
    paths,
    rewrite,
    statement,
    text,
)
from migration_tracker.codemods.handler import as_handler, new_handler
from migration_tracker.codemods.loops import Loop, is_only_loop, loop_of
from migration_tracker.codemods.values import Draft, Reading
from migration_tracker.codemods.view import View
from migration_tracker.codemods.work import Work, locals_of

BEFORE = """
class Worker:
    async def run(self):
        async for record in self.consumer:
            await self.store(record.value)
            await self.consumer.commit()
"""
AFTER = """
class Worker:
    async def handle(self, record: PipelineMessage) -> None:
        await self.store(record.value)
"""

WAIT = "await asyncio.Event().wait()  # until cancelled"
GONE = "{}() is gone: the transport layer runs the loop, from start() to stop()"
_NAMES = ("handle", "handle_message", "handle_one_message")


def apply(draft: Draft) -> Draft:
    """Turn the loop of each consumer into a handler."""
    done: set[str] = set()
    while True:
        view = View(draft)
        found = next(
            (
                (client, loop)
                for client in consumers(view)
                if client.target not in done and (loop := loop_of(view, client))
            ),
            None,
        )
        if found is None:
            return draft
        done.add(str(found[0].target))
        draft = _handled(view, *found)


def _handled(view: View, client: Client, loop: Loop) -> Draft:
    draft, work = view.draft, loop.work(view)
    edits: dict[cst.CSTNode, Edit | None] = {}
    gone = [one for one in work.absorbed if one is not work.function]
    notes = draft.notes
    name = loop.function.name.value
    if is_only_loop(loop) and name not in draft.neighbours.called:
        gone.append(loop.function)
        if not name.startswith("_"):
            notes = (*notes, GONE.format(name))
    else:
        edits[loop.node] = lambda node: _waiting(node)
    in_flight, bounds = in_flight_of(view, client, loop, work)
    edits |= bounds
    written = None
    if work.function is not None:
        handler = work.function
        name = handler.name.value
        edits[handler] = lambda node: as_handler(node, work, draft)
        is_method = view.class_of(handler) is not None
    else:
        is_method = view.class_of(work.home) is not None
        nested = _needs_locals(view, client, loop, work)
        name = _free_name(view, client, work)
        written = new_handler(view, loop, work, name, is_method=is_method and not nested, nested=nested)
        if nested:
            is_method = False
            edits[client.line] = _after(written)
            written = None
    place = work.home if work.home in gone else loop.function
    removed_calls: list[cst.CSTNode] = []
    for function in gone:
        removed_calls += [_whole(view, call) for call in view.calls_of(function)]
        edits[function] = None
    if written is not None:
        edits[place] = _replacing(written) if place in gone else _before(written, is_method=is_method)
    for line in removed_calls:
        if not any(around in gone for around in view.around(line)):
            edits[line] = _waiting_instead if _is_from_outside(view, line, loop) else None
    reading = Reading(str(client.target), f"self.{name}" if is_method else name, in_flight)
    used = paths(loop.node) | {f".{one.name.value}" for one in gone} | {one.name.value for one in gone}
    for function in gone:
        used |= paths(function)
    for line in removed_calls:
        used |= paths(line)
        caller = view.function_of(line)
        if caller is not None and caller is not view.function_of(client.call):
            used |= paths(caller.body)
    used |= {one.replace("self.", ".") for one in work.semaphores}
    return replace(
        draft,
        module=rewrite(draft.module, edits),
        readings=(*draft.readings, reading),
        touched=draft.touched | used,
        notes=notes,
    )


def _is_from_outside(view: View, line: cst.CSTNode, loop: Loop) -> bool:
    """Whether something else than the worker's own class awaits its loop, and so must go on waiting."""
    small = only(line)
    awaits = isinstance(small, cst.Expr) and isinstance(small.value, cst.Await)
    return awaits and view.class_of(loop.function) is not view.class_of(line)


def _waiting_instead(node: Statement) -> Statement:
    return statement(WAIT).with_changes(leading_lines=node.leading_lines)


def _whole(view: View, call: cst.Call) -> cst.CSTNode:
    """What goes with a call: its statement, or its place among others in a list or in a call's arguments."""
    inner: cst.CSTNode = call
    for around in view.around(call):
        if isinstance(around, cst.SimpleStatementLine):
            return around
        elements = around.elements if isinstance(around, (cst.List, cst.Tuple, cst.Set)) else ()
        arguments = around.args if isinstance(around, cst.Call) else ()
        if len(elements) > 1 or (len(arguments) > 1 and text(around.func).endswith(("gather", "wait"))):  # type: ignore[attr-defined]
            return inner
        inner = around
    return view.statement_of(call)


def _replacing(written: Statement) -> Edit:
    return lambda node: written.with_changes(leading_lines=node.leading_lines)


def _before(written: Statement, *, is_method: bool) -> Edit:
    """A method comes after the function that held its loop, a function before it."""
    blank = [cst.EmptyLine(indent=False)] * (1 if is_method else 2)
    if is_method:
        return lambda node: [node, written.with_changes(leading_lines=blank)]
    return lambda node: [
        written.with_changes(leading_lines=node.leading_lines),
        node.with_changes(leading_lines=blank),
    ]


def _after(written: Statement) -> Edit:
    """A handler that sees its function's variables stands before the consumer is made."""
    blank = [cst.EmptyLine(indent=False)]
    return lambda node: [
        written.with_changes(leading_lines=node.leading_lines),
        node.with_changes(leading_lines=blank),
    ]


def _waiting(node: cst.For | cst.While) -> Statement:
    """What stays of a loop in a function that does more: it goes on until it is cancelled or told to stop."""
    if isinstance(node, cst.While) and text(node.test) not in {"True", "1"}:
        return node.with_changes(body=cst.IndentedBlock([statement("await asyncio.sleep(1)")]), orelse=None)
    return _waiting_instead(node)


def _needs_locals(view: View, client: Client, loop: Loop, work: Work) -> bool:
    if view.function_of(client.call) is not work.home:
        return False
    needed = {one for one in paths(work.statements) if not one.startswith(".")} - {work.variable}
    return bool(needed & locals_of(work.home, [loop.node]))


def _free_name(view: View, client: Client, work: Work) -> str:
    taken = {one.name.value for one in view.functions if one is not work.home}
    if len(consumers(view)) + len(view.draft.readings) > 1:  # each gets a name of its own
        named = f"handle_{str(client.target).rpartition('.')[2].strip('_')}"
        return named if named not in taken else f"{named}_message"
    return next((one for one in _NAMES if one not in taken), "handle_pipeline_message")
