"""Reads calls, and what some of them do to what they are called on."""

from __future__ import annotations

import ast

from migration_tracker.scanning.facts.chains import chain
from migration_tracker.scanning.facts.targets import keep
from migration_tracker.scanning.facts.values import Context
from migration_tracker.scanning.facts.walk import Walk

# Which arguments of a call are types only, by the last part of its name: positions, and keywords.
_TYPES: dict[str, tuple[object, ...]] = {
    "isinstance": (1,),
    "issubclass": (1,),
    "cast": (0,),
    "TypeVar": ("bound", *range(1, 10)),
    "NewType": (1,),
    "assert_type": (1,),
}
_ASK = frozenset({"callable", "hasattr", "id", "isinstance", "issubclass", "type"})
"""Do nothing with their first argument."""
_RUN_TO_THE_END = frozenset({"asyncio.run", "anyio.run", "trio.run", "concurrent.futures.wait"})
_WAITS = frozenset({"join", "result"})  # of a thread, of an executor's future
_ADDERS = frozenset({"add", "append", "appendleft", "insert"})
_PUTTERS = _ADDERS | {"extend", "register", "setdefault", "update", "__setitem__"}


def call(walk: Walk, node: ast.Call) -> int:
    """Read a call; returns the term of its result."""
    function, place, written = chain(walk, node.func)
    receiver, _, method = written.rpartition(".")
    types = _TYPES.get(method, ())
    kept = (receiver,) if receiver and method in _ADDERS else ()
    before = walk.around
    if written in _RUN_TO_THE_END or method == "run_until_complete":
        walk.around = before._replace(awaiting=True)
    elif method in _WAITS and receiver:
        walk.scopes[walk.here].awaits.append(receiver)
    positional = [
        _argument(walk, one, is_type=number in types, kept=kept, is_asked=not number and written in _ASK)
        for number, one in enumerate(node.args)
    ]
    named = []
    for keyword in node.keywords:
        if keyword.arg is not None:
            walk.word(keyword.arg, walk.places.start(keyword))
        value = _argument(walk, keyword.value, is_type=keyword.arg in types, kept=kept)
        named.append((keyword.arg or "**", value))
    walk.around = before
    term = walk.term("call", function, tuple(positional), tuple(named))
    walk.use("call", term, place, written)
    if written == "super" and (owner := walk.enclosing_class()) is not None:
        return walk.term("super", owner)
    _change(walk, node, method, [*positional, *(value for _, value in named)])
    return term


def _argument(
    walk: Walk, node: ast.expr, *, is_type: bool, kept: tuple[str, ...], is_asked: bool = False
) -> int:
    # What is called in an annotation runs: Annotated[Client, Depends(make_client)].
    context = Context.TYPE if is_type else Context.VALUE
    if is_asked and isinstance(node, (ast.Name, ast.Attribute)):
        context = Context.KEPT
    return walk.amid(node, context=context, dropped=False, kept=kept)


def _change(walk: Walk, node: ast.Call, method: str, given: list[int]) -> None:
    """What is put into the receiver of a call, or set on its first argument."""
    if method in _PUTTERS and isinstance(node.func, ast.Attribute):
        for value in given:
            keep(walk, node.func.value, value)
    elif method == "setattr" and len(node.args) == 3 and isinstance(node.func, ast.Name):
        owner, name = node.args[0], node.args[1]
        if isinstance(owner, ast.Name) and owner.id not in ("self", "cls") and not walk.is_imported(owner.id):
            walk.put(owner.id, given[2])
        if isinstance(name, ast.Constant) and isinstance(name.value, str):
            walk.set(given[0], name.value, given[2])
