"""A batch followed to what is done with each of its messages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import libcst as cst

from migration_tracker.codemods.bookkeeping import is_aside, is_commit, is_log, without_bookkeeping
from migration_tracker.codemods.code import Statement, assigned, body_of, expression_of, find, paths, text
from migration_tracker.codemods.concurrency import JOINS, each, sole_argument, spawned
from migration_tracker.codemods.view import View, parameters
from migration_tracker.codemods.work import Work, follow_one, in_function, unwrapped

TOGETHER = (
    "these messages were worked on together; each call now gets one. Batch what must be written at once"
    " with the transport layer's group commit, or take one message here"
)
_ASIDE_CALLS = frozenset(
    {
        *(
            "len",
            "isinstance",
            "zip",
            "enumerate",
            "range",
            "sum",
            "list",
            "map",
            "str",
            "repr",
            "type",
            "print",
        ),
        *("time", "monotonic", "perf_counter", "sleep"),
        *("error", "exception", "info", "warning", "debug", "message"),
        *("gather", "wait", "as_completed", "append", "add_done_callback", "clear"),
    }
)


def follow_many(view: View, body: Sequence[Statement], variable: str, work: Work) -> Work:
    """Follow a batch: a dictionary of partitions, or a list of messages."""
    body = without_bookkeeping(unwrapped(body))
    for number, line in enumerate(body):
        rest = body[number + 1 :]
        if found := _from_batch(view, line, rest, variable, work):
            return found
        if not _is_harmless(line):
            break
    return _together(body, variable, work)


def _from_batch(
    view: View, line: Statement, rest: Sequence[Statement], variable: str, work: Work
) -> Work | None:
    if isinstance(line, cst.If) and variable in paths(line.test):
        if isinstance(line.test, cst.UnaryOperation):
            return None
        return follow_many(view, [*body_of(line.body), *rest], variable, work)
    if isinstance(line, cst.With) and all(_is_plain_lock(item) for item in line.items):
        return follow_many(view, [*body_of(line.body), *rest], variable, work)
    if isinstance(line, cst.For) and variable in paths(line.iter):
        target = line.target
        names = (
            [text(one) for one in (e.value for e in target.elements)]
            if isinstance(target, cst.Tuple)
            else [text(target)]
        )
        inner = text(line.iter)
        if inner.endswith((".items()", ".values()")):
            if extended := _extended(line, names[-1]):
                return follow_many(view, rest, extended, work)
            return follow_many(view, body_of(line.body), names[-1], work) if _are_harmless(rest) else None
        return follow_one(view, body_of(line.body), names[-1], work) if _are_harmless(rest) else None
    if not _are_harmless(rest) and not _flattened(line, variable):
        return None
    if name := _flattened(line, variable):
        return follow_many(view, rest, name, work)
    pair = assigned(line)
    value = pair[1] if pair else expression_of(line)
    if value is None or variable not in paths(value):
        return None
    if called := each(value, variable):
        return _into_each(view, called, work)
    call = spawned(value) or (None if pair else value)
    return _into_batch(view, call, variable, work) if isinstance(call, cst.Call) else None


def _into_batch(view: View, call: cst.Call, variable: str, work: Work) -> Work | None:
    """Follow into the function that gets the batch and nothing else."""
    function = view.method(work.home, call.func)
    if function is None or sole_argument(call) != variable or len(parameters(function)) != 1:
        return None
    inner = replace(work, home=function, absorbed=(*work.absorbed, function))
    return follow_many(view, body_of(function.body), parameters(function)[0].name.value, inner)


def _into_each(view: View, call: cst.BaseExpression, work: Work) -> Work | None:
    """Follow into the function that is called for each message of a batch, all at once."""
    function = view.method(work.home, call)
    if function is None or len(parameters(function)) != 1:
        return None
    return in_function(view, function, replace(work, in_flight=work.in_flight or ""))


def _together(body: Sequence[Statement], variable: str, work: Work) -> Work:
    """A batch that is one: of the one message that a call brings."""
    return replace(
        work,
        variable=variable,
        statements=tuple(body),
        reasons=(*work.reasons, TOGETHER),
    )


def _flattened(line: Statement, variable: str) -> str | None:
    """The name that a line gives to all messages of a batch's partitions."""
    pair = assigned(line)
    if pair and isinstance(pair[1], (cst.ListComp, cst.Call)) and variable in paths(pair[1]):
        return pair[0] if _flattens(pair[1], variable) else None
    return None


def _flattens(value: cst.BaseExpression, variable: str) -> bool:
    """Whether it makes one list of a batch's partitions, or of the batch itself."""
    written = text(value)
    if isinstance(value, cst.ListComp):
        inner = value.for_in.inner_for_in
        return text(value.elt) == text((inner or value.for_in).target) and not value.for_in.ifs
    return f"{variable}.values()" in written and not any(
        text(one.func).rpartition(".")[2] not in {"list", "chain", "from_iterable", "sum", "values"}
        for one in find(value, cst.Call)
    )


def _extended(line: cst.For, variable: str) -> str | None:
    body = body_of(line.body)
    call = expression_of(body[0]) if len(body) == 1 else None
    if isinstance(call, cst.Call) and text(call.func).endswith(".extend") and sole_argument(call) == variable:
        return text(call.func).removesuffix(".extend")
    return None


def _are_harmless(lines: Iterable[Statement]) -> bool:
    return all(map(_is_harmless, lines))


def _is_harmless(line: Statement) -> bool:
    """Whether a statement about a whole batch may go: it logs, commits, counts, or looks at outcomes."""
    if is_aside(line) or is_commit(line):
        return True
    awaited = [
        one
        for one in find(line, cst.Await)
        if not (
            isinstance(one.expression, cst.Call)
            and text(one.expression.func).rpartition(".")[2] in {*JOINS, "sleep"}
        )
    ]
    if awaited:
        return False
    told = {
        id(call) for log in find(line, cst.SimpleStatementLine) if is_log(log) for call in find(log, cst.Call)
    }
    calls = {text(one.func).rpartition(".")[2] for one in find(line, cst.Call) if id(one) not in told}
    return calls <= _ASIDE_CALLS


def _is_plain_lock(item: cst.WithItem) -> bool:
    return item.asname is None and isinstance(item.item, (cst.Name, cst.Attribute))
