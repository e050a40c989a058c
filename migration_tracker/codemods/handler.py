"""The handler: a function that takes one message already, or one made of a loop's body."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from migration_tracker.codemods.code import (
    Edit,
    Statement,
    assigned,
    body_of,
    children,
    find,
    own,
    paths,
    rewrite,
    statement,
    text,
    todo,
)
from migration_tracker.codemods.loops import Loop
from migration_tracker.codemods.obstacles import copied
from migration_tracker.codemods.values import Draft
from migration_tracker.codemods.view import View
from migration_tracker.codemods.work import Work, locals_of, rebinds


def as_handler(node: cst.FunctionDef, work: Work, draft: Draft) -> cst.FunctionDef:
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


def new_handler(
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
        if rebound := sorted(rebinds(work.statements) & bound):
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
