"""The loop that reads messages goes; what it did with each becomes the handler, and batches a bound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import libcst as cst

from migration_tracker.codemods.clients import Client, consumers
from migration_tracker.codemods.code import (
    Edit,
    Statement,
    assigned,
    body_of,
    children,
    find,
    only,
    own,
    paths,
    rewrite,
    statement,
    text,
    todo,
)
from migration_tracker.codemods.literals import literal
from migration_tracker.codemods.loops import Loop, is_only_loop, loop_of
from migration_tracker.codemods.obstacles import copied
from migration_tracker.codemods.settings import is_setting
from migration_tracker.codemods.values import Draft, Reading
from migration_tracker.codemods.view import View, parameters
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
    in_flight, bounds = _in_flight(view, client, loop, work)
    edits |= bounds
    written = None
    if work.function is not None:
        handler = work.function
        name = handler.name.value
        edits[handler] = lambda node: _as_handler(node, work, draft)
        is_method = view.class_of(handler) is not None
    else:
        is_method = view.class_of(work.home) is not None
        nested = _needs_locals(view, client, loop, work)
        name = _free_name(view, work)
        written = _new_handler(view, loop, work, name, is_method=is_method and not nested, nested=nested)
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


def _free_name(view: View, work: Work) -> str:
    taken = {one.name.value for one in view.functions if one is not work.home}
    return next((one for one in _NAMES if one not in taken), "handle_pipeline_message")


def _as_handler(node: cst.FunctionDef, work: Work, draft: Draft) -> cst.FunctionDef:
    """A function that takes one message already: told so by its types, and without the semaphore."""
    params = list(node.params.params)
    params[-1] = params[-1].with_changes(
        annotation=_message(draft) if params[-1].annotation or node.returns else None
    )
    asynchronous = node.asynchronous or cst.Asynchronous()
    node = node.with_changes(params=node.params.with_changes(params=params), asynchronous=asynchronous)
    return _without_semaphores(node, work)


def _without_semaphores(node: cst.FunctionDef, work: Work) -> cst.FunctionDef:
    edits: dict[cst.CSTNode, Edit | None] = {
        one: lambda block: list(body_of(block.body))
        for one in find(node, cst.With)
        if len(one.items) == 1 and text(one.items[0].item) in work.semaphores
    }
    return rewrite(node, edits)


def _message(draft: Draft) -> cst.Annotation:
    return cst.Annotation(cst.Name(draft.conventions.message.rpartition(".")[2]))


def _new_handler(
    view: View, loop: Loop, work: Work, name: str, *, is_method: bool, nested: bool
) -> cst.FunctionDef:
    variable = work.variable
    body: list[Statement] = []
    if work.reasons:  # a batch that is one
        variable = "message" if variable != "message" else "record"
        batch = f"{work.variable} = [{variable}]"
        if loop.is_batch and work.home is loop.function and _is_mapping(work):
            batch = (
                f"{work.variable} = {{TopicPartition({variable}.topic, {variable}.partition): [{variable}]}}"
            )
        first = statement(batch)
        body.append(
            first.with_changes(leading_lines=[line for reason in work.reasons for line in todo(reason)])
        )
    around = [loop.node] if work.home is loop.function else []
    bound = locals_of(work.home, around)
    if nested:
        if rebound := sorted(
            {pair[0] for line in _own_lines(work.statements) if (pair := assigned(line))} & bound
        ):
            body.append(statement(f"nonlocal {', '.join(rebound)}"))
    else:
        for line in body_of(work.home.body):
            pair = assigned(line)
            if pair and pair[0] in copied(work, paths(work.statements) & bound):
                body.append(line)
    body += [_with_returns(line) for line in work.statements]
    if body:
        body[0] = body[0].with_changes(leading_lines=[one for one in body[0].leading_lines if one.comment])
    params = [cst.Param(cst.Name("self"))] if is_method else []
    typed = _message(view.draft)
    params.append(cst.Param(cst.Name(variable), annotation=typed))
    return cst.FunctionDef(
        name=cst.Name(name),
        params=cst.Parameters(params),
        body=cst.IndentedBlock(body or [statement("pass")]),
        returns=cst.Annotation(cst.Name("None")),
        asynchronous=cst.Asynchronous(),
    )


def _is_mapping(work: Work) -> bool:
    written = " ".join(text(one) for one in work.statements)
    return f"{work.variable}.items()" in written or f"{work.variable}.values()" in written


def _own_lines(lines: Sequence[Statement]) -> list[cst.SimpleStatementLine]:
    return [one for line in lines for one in own(line) if isinstance(one, cst.SimpleStatementLine)]


def _with_returns(line: Statement) -> Statement:
    """`continue` went on with the next message: now the handler returns."""
    edits: dict[cst.CSTNode, Edit | None] = {one: lambda _: cst.Return() for one in _continues(line)}
    return rewrite(line, edits)


def _continues(node: cst.CSTNode) -> list[cst.Continue]:
    if isinstance(node, (cst.For, cst.While, cst.FunctionDef)):
        return []
    found = [node] if isinstance(node, cst.Continue) else []
    for child in children(node):
        found += _continues(child)
    return found


# How many at once


def _in_flight(
    view: View, client: Client, loop: Loop, work: Work
) -> tuple[str | None, dict[cst.CSTNode, Edit | None]]:
    """The bound on messages that are worked on at once, and what keeps it where a semaphore was."""
    for semaphore in work.semaphores:
        value = view.value_of(semaphore, work.home)
        if not isinstance(value, cst.Call) or not value.args:
            continue
        bound = value.args[0].value
        number = literal(view, bound, value)
        function = view.function_of(value)
        if (
            isinstance(bound, cst.Name)
            and function
            and bound.value in {one.name.value for one in parameters(function)}
        ):
            return _kept_bound(view, semaphore, value, bound)
        if isinstance(bound, (cst.Integer, cst.Name, cst.Attribute)):
            return text(bound), {}
        return str(number if isinstance(number, int) else view.draft.conventions.max_in_flight), {}
    if work.in_flight is None:
        return None, {}
    if work.in_flight:
        return work.in_flight, {}
    most = loop.most if loop.is_batch else None
    most = most or (client.settings.get("max_poll_records") if loop.is_batch else None)
    if most is not None:
        if (
            not any(is_setting(word.lstrip(".")) for word in paths(most))
            and client.view.function_of(client.call) is not None
        ):
            return text(most), {}
        number = literal(view, most, loop.node, client.bound)
        if isinstance(number, int):
            return str(number), {}
    return str(view.draft.conventions.max_in_flight), {}


def _kept_bound(
    view: View, semaphore: str, value: cst.Call, bound: cst.Name
) -> tuple[str, dict[cst.CSTNode, Edit | None]]:
    """`self._semaphore = Semaphore(concurrency)` becomes `self._concurrency = concurrency`."""
    private = "_" if semaphore.startswith("self._") else ""
    name = f"self.{private}{bound.value.lstrip('_')}"
    line = view.statement_of(value)
    if view.value_of(name, value) is not None:
        return name, {}
    if not semaphore.startswith("self."):
        return bound.value, {}
    kept = statement(f"{name} = {bound.value}")
    return name, {line: lambda node: kept.with_changes(leading_lines=node.leading_lines)}
