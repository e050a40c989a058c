"""What a worker does with each message: followed from its loop through tasks and queues."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import libcst as cst

from migration_tracker.codemods.bookkeeping import is_aside, is_swallowing, without_bookkeeping
from migration_tracker.codemods.code import (
    Statement,
    assigned,
    body_of,
    children,
    expression_of,
    find,
    is_docstring,
    own,
    text,
)
from migration_tracker.codemods.concurrency import acquired, bounded, sole_argument, started
from migration_tracker.codemods.view import View, own_lines, parameters


@dataclass(frozen=True)
class Work:
    """What is done with one message.

    Args:
        variable: what the statements call the message.
        statements: what they do; those of `function` where it does nothing else.
        function: the function that takes the message and nothing else, if there is one.
        home: the function in which the statements stand.
        in_flight: how many are worked on at once, as an expression; empty for a number that the conventions
            give, None for one after the other.
        semaphores: what bounded them, as written.
        absorbed: functions whose loops the transport layer takes over.
        reasons: what people must decide.
    """

    variable: str
    statements: tuple[Statement, ...]
    home: cst.FunctionDef
    function: cst.FunctionDef | None = None
    in_flight: str | None = None
    semaphores: tuple[str, ...] = ()
    absorbed: tuple[cst.FunctionDef, ...] = ()
    reasons: tuple[str, ...] = ()


def follow_one(view: View, body: Sequence[Statement], variable: str, work: Work) -> Work:
    """Follow one message through statements."""
    body = without_bookkeeping(unwrapped(body))
    sole = [one for one in body if not is_aside(one)]
    semaphores = [bound for line in body if (bound := acquired(line, view, work.home))]
    body = tuple(line for line in body if not acquired(line, view, work.home))
    sole = [line for line in sole if line in body]
    work = replace(work, semaphores=(*work.semaphores, *semaphores))
    if len(sole) == 1 and isinstance(sole[0], cst.With) and (bound := bounded(sole[0], view, work.home)):
        inner = replace(work, semaphores=(*work.semaphores, bound))
        return follow_one(view, body_of(sole[0].body), variable, inner)
    if begun := started(sole, variable):
        work = replace(work, in_flight=work.in_flight or "")
        return _into(view, begun, variable, work) or _kept(
            [cst.SimpleStatementLine([cst.Expr(cst.Await(begun))])], variable, work
        )
    if len(sole) == 1 and (call := expression_of(sole[0])) is not None and isinstance(call, cst.Call):
        if (queue := _put(call, variable)) and (taken := _taken(view, queue, work)):
            return taken
        if inner_work := _into(view, call, variable, work):
            return inner_work
    return _kept(body, variable, work)


def _kept(body: Sequence[Statement], variable: str, work: Work) -> Work:
    return replace(work, variable=variable, statements=tuple(body))


def _into(view: View, call: cst.Call, variable: str, work: Work) -> Work | None:
    """Follow into the function that gets the message and nothing else."""
    function = view.method(work.home, call.func)
    if function is None or sole_argument(call) != variable or len(parameters(function)) != 1:
        return None
    return in_function(view, function, work)


def in_function(view: View, function: cst.FunctionDef, work: Work) -> Work:
    name = parameters(function)[0].name.value
    body = tuple(one for one in body_of(function.body) if not is_docstring(one))
    inner = replace(work, home=function, function=function)
    cleaned = without_bookkeeping(unwrapped(body))
    if (
        len(cleaned) == 1
        and isinstance(cleaned[0], cst.With)
        and (bound := bounded(cleaned[0], view, function))
    ):
        inner = replace(inner, semaphores=(*inner.semaphores, bound))
    else:
        for one in find(function, cst.With):
            if bound := bounded(one, view, function):
                inner = replace(inner, semaphores=(*inner.semaphores, bound))
    return replace(inner, variable=name, statements=body)


def unwrapped(body: Sequence[Statement]) -> tuple[Statement, ...]:
    """Without the try around a loop's body that logs what fails and goes on: the layer sees to it."""
    kept: list[Statement] = []
    for line in body:
        if is_docstring(line):
            continue
        if isinstance(line, cst.Try) and line.handlers and all(is_swallowing(one) for one in line.handlers):
            kept.extend(unwrapped(body_of(line.body)))
            if line.orelse is not None:
                kept.extend(body_of(line.orelse.body))
            if line.finalbody is not None:
                kept.extend(body_of(line.finalbody.body))
        else:
            kept.append(line)
    return tuple(kept)


def _put(call: cst.Call, variable: str) -> str | None:
    name = text(call.func)
    if name.rpartition(".")[2] in {"put", "put_nowait"} and sole_argument(call) == variable:
        return name.rpartition(".")[0]
    return None


def _taken(view: View, queue: str, work: Work) -> Work | None:
    """Follow to where the queue is read, by as many tasks as are begun there."""
    for function in view.functions:
        for loop in find(function, cst.While):
            for number, line in enumerate(body_of(loop.body)):
                pair = assigned(line)
                if pair and text(pair[1]) in {f"{queue}.get()", f"asyncio.wait_for({queue}.get()"}:
                    many = _workers(view, function)
                    inner = replace(
                        work,
                        home=function,
                        in_flight=many if many is not None else work.in_flight,
                        absorbed=(*work.absorbed, function),
                    )
                    return follow_one(view, body_of(loop.body)[number + 1 :], pair[0], inner)
    return None


def _workers(view: View, function: cst.FunctionDef) -> str | None:
    """How many tasks run a function: the N of `for _ in range(N)` around the call."""
    for call in view.calls_of(function):
        for around in view.around(call):
            source: cst.BaseExpression | None = None
            if isinstance(around, cst.For):
                source = around.iter
            elif isinstance(around, (cst.ListComp, cst.GeneratorExp, cst.SetComp)):
                source = around.for_in.iter
            if isinstance(source, cst.Call) and text(source.func) == "range":
                return text(source.args[-1].value)
    return None


def rebinds(lines: Iterable[cst.CSTNode]) -> set[str]:
    """The variables that statements assign to, also by `+=`."""
    found: set[str] = set()
    for line in lines:
        for one in own(line):
            if isinstance(one, (cst.AssignTarget, cst.AugAssign, cst.AnnAssign)):
                found |= (
                    {name.value for name in find(one.target, cst.Name)}
                    if isinstance(one.target, (cst.Name, cst.Tuple))
                    else set()
                )
    return found


def locals_of(function: cst.FunctionDef, outside: Iterable[cst.CSTNode]) -> set[str]:
    """The names that a function binds beside the given statements."""
    inside = {id(node) for one in outside for node in [one, *_below(one)]}
    bound = {one.name.value for one in parameters(function)}
    for line in own_lines(function):
        if id(line) not in inside and (pair := assigned(line)) and pair[0].isidentifier():
            bound.add(pair[0])
    for node in own_with(function):
        if node.asname is not None and id(node) not in inside:
            bound.add(text(node.asname.name))
    return bound


def _below(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    for child in children(node):
        yield child
        yield from _below(child)


def own_with(function: cst.FunctionDef) -> Iterator[cst.WithItem]:
    for child in children(function.body):
        for one in own(child):
            if isinstance(one, cst.WithItem):
                yield one
