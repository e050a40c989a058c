"""What keeps a client from being replaced by a machine. One obstacle, and the file only gets comments."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from migration_tracker.codemods.clients import Client, clients, symbol_of
from migration_tracker.codemods.code import assigned, body_of, children, find, own, paths, text
from migration_tracker.codemods.loops import Loop, loop_of
from migration_tracker.codemods.view import View
from migration_tracker.codemods.work import Work, locals_of

Obstacle = tuple[cst.CSTNode, str]

_METHODS = {
    "assign": "reads partitions that it picks itself; the transport layer assigns them",
    "seek_to_beginning": "goes back to the beginning; a new group of the transport layer begins there",
    "seek_to_end": "skips what is there; the transport layer never skips a message",
    "pause": "pauses partitions; the transport layer does so by itself when the handler is slow",
    "resume": "resumes partitions; the transport layer does so by itself",
    "begin_transaction": "transactions have no counterpart; make the handler bear repeats, then send",
    "transaction": "transactions have no counterpart; make the handler bear repeats, then send",
    "send_offsets_to_transaction": "transactions have no counterpart; make the handler bear repeats",
}


def obstacles(view: View) -> list[Obstacle]:
    """Every place that a person must decide before anything can be replaced."""
    found = [*_inherited(view), *_called(view)]
    for client in clients(view):
        found += _of_client(view, client)
    return found


def _inherited(view: View) -> Iterator[Obstacle]:
    for one in find(view.module, cst.ClassDef):
        for base in one.bases:
            if symbol := symbol_of(view, base.value):
                yield (
                    one,
                    f"inherits from {symbol.rpartition('.')[2]}; hold a client of the layer instead",
                )


def _called(view: View) -> Iterator[Obstacle]:
    for call in find(view.module, cst.Call):
        if not isinstance(call.func, cst.Attribute):
            continue
        method, receiver = call.func.attr.value, text(call.func.value).lower()
        if method in _METHODS and any(word in receiver for word in ("consumer", "producer")):
            yield call, _METHODS[method]
        if method == "subscribe" and "consumer" in receiver:
            named = {arg.keyword.value for arg in call.args if arg.keyword}
            if "pattern" in named:
                yield call, "subscribes by a pattern; the transport layer takes the topics by name"
            if "listener" in named or len(call.args) > 1 + ("pattern" in named):
                yield (
                    call,
                    "listens to rebalances; the transport layer commits before it gives partitions back",
                )


def _of_client(view: View, client: Client) -> Iterator[Obstacle]:
    if "transactional_id" in client.settings:
        yield client.call, "transactions have no counterpart; make the handler bear repeats, then send"
    if client.target is None:
        yield client.call, f"this {client.role} is not kept under a name that could be followed"
        return
    if client.role == "producer":
        return
    if not client.topics and not _has_pattern(view, client):
        yield client.call, "its topics are not found; name them in the call of create_consumer()"
        return
    if not client.topics:
        return  # said already
    loop = loop_of(view, client)
    if loop is None:
        yield client.call, "no loop that reads from it was found in this file, or more than one"
        return
    yield from _of_loop(view, client, loop)


def _has_pattern(view: View, client: Client) -> bool:
    return any(
        text(one.func) == f"{client.target}.subscribe" and any(arg.keyword for arg in one.args)
        for one in find(view.module, cst.Call)
    )


def _of_loop(view: View, client: Client, loop: Loop) -> Iterator[Obstacle]:
    if any(isinstance(one, cst.Yield) for one in own(loop.node)):
        yield loop.node, "hands its messages on as a generator; give the transport layer a handler instead"
        return
    work = loop.work(view)
    if work.function is None and not work.statements:
        yield loop.node, "what it does with a message was not found in this file"
    if _leaves(work):
        yield loop.node, "ends from within; the transport layer reads on until stop()"
    if missing := unreachable(view, client, loop, work):
        yield (
            loop.node,
            f"what it does with a message uses {', '.join(sorted(missing))} of {work.home.name.value}()",
        )


def _leaves(work: Work) -> bool:
    """Whether a `break` or `return` ends the loop itself."""
    return work.function is None and any(
        isinstance(one, (cst.Break, cst.Return)) for line in work.statements for one in _own_of_loop(line)
    )


def _own_of_loop(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    yield node
    for child in children(node):
        if not isinstance(child, (cst.FunctionDef, cst.ClassDef, cst.Lambda)):
            if isinstance(node, (cst.For, cst.While)) and isinstance(child, cst.IndentedBlock):
                yield from (one for one in _own_of_loop(child) if isinstance(one, cst.Return))
            else:
                yield from _own_of_loop(child)


def unreachable(view: View, client: Client, loop: Loop, work: Work) -> set[str]:
    """Names of the loop's function that a handler would need and cannot see."""
    if work.function is not None or view.function_of(client.call) is work.home:
        return set()
    around = [loop.node] if work.home is loop.function else []
    needed = {one for one in paths(work.statements) if not one.startswith(".")}
    bound = locals_of(work.home, around) & needed
    return bound - {work.variable} - _bound_by(work) - copied(work, bound)


def copied(work: Work, names: set[str]) -> set[str]:
    """Those of the names that a line without a wait binds, which the handler can repeat."""
    found = set()
    for line in body_of(work.home.body):
        pair = assigned(line)
        if pair and pair[0] in names and isinstance(pair[1], (cst.Name, cst.Attribute)):
            found.add(pair[0])
    return found


def _bound_by(work: Work) -> set[str]:
    return (
        {pair[0] for line in find(work.statements, cst.SimpleStatementLine) if (pair := assigned(line))}
        | {text(one.target) for one in find(work.statements, cst.For)}
        | {text(one.asname.name) for one in find(work.statements, cst.WithItem) if one.asname}
    )
