"""Reads expressions: each becomes a term, and what it calls or reads becomes a use."""

from __future__ import annotations

import ast

from migration_tracker.scanning.facts.calls import call
from migration_tracker.scanning.facts.chains import chain
from migration_tracker.scanning.facts.parameters import parameters
from migration_tracker.scanning.facts.targets import await_items, target
from migration_tracker.scanning.facts.values import OTHER, Context
from migration_tracker.scanning.facts.walk import Readers, Walk

_LONGEST_TEXT = 300
# Names that are given types in brackets, and what they give is a type: list[Client] builds nothing.
_GENERIC = frozenset(
    {
        "AsyncIterable",
        "AsyncIterator",
        "Awaitable",
        "Callable",
        "ClassVar",
        "Collection",
        "Coroutine",
        "Dict",
        "Final",
        "FrozenSet",
        "Generic",
        "Iterable",
        "Iterator",
        "List",
        "Literal",
        "Mapping",
        "MutableMapping",
        "Optional",
        "Protocol",
        "Sequence",
        "Set",
        "Tuple",
        "Type",
        "Union",
        "dict",
        "frozenset",
        "list",
        "set",
        "tuple",
        "type",
    }
)


def _named(walk: Walk, node: ast.Name | ast.Attribute) -> int:
    term, place, written = chain(walk, node)
    walk.use("load", term, place, written)
    return term


def _await(walk: Walk, node: ast.Await) -> int:
    return walk.operand(node.value, awaiting=True)


def _binary(walk: Walk, node: ast.BinOp) -> int:
    is_type = isinstance(node.op, ast.BitOr) and any(
        isinstance(side, ast.Constant) and side.value is None for side in (node.left, node.right)
    )
    if is_type:
        left, right = (walk.amid(side, context=Context.TYPE) for side in (node.left, node.right))
    else:
        left, right = walk.operand(node.left), walk.operand(node.right)
    if isinstance(node.op, ast.Add):
        return OTHER if left == right == OTHER else walk.term("join", left, right)
    if isinstance(node.op, ast.Mod) and isinstance(node.left, ast.Constant):
        given = walk.written(right)[1] if walk.written(right)[0] == "hold" else (right,)
        return walk.term("format", left, tuple(given)) if OTHER not in (left, right) else OTHER
    return walk.either(left, right) if isinstance(node.op, ast.BitOr) else OTHER


def _boolean(walk: Walk, node: ast.BoolOp) -> int:
    return walk.either(*[walk.read(value) for value in node.values])


def _conditional(walk: Walk, node: ast.IfExp) -> int:
    body = walk.read(node.body)
    walk.asked(node.test)
    return walk.either(body, walk.read(node.orelse))


def _comparison(walk: Walk, node: ast.Compare) -> int:
    """What is only compared is not built: `type(client) is Client`."""
    for side in (node.left, *node.comparators):
        if isinstance(side, (ast.Name, ast.Attribute)):
            walk.amid(side, context=Context.TYPE)
        else:
            walk.read(side)
    return OTHER


def _sequence(walk: Walk, node: ast.Tuple | ast.List | ast.Set) -> int:
    return walk.hold(*[walk.read(element) for element in node.elts])


def _dictionary(walk: Walk, node: ast.Dict) -> int:
    held = []
    for key, value in zip(node.keys, node.values, strict=True):
        if key is not None:
            walk.read(key)
        held.append(walk.read(value))
    return walk.hold(*held)


def _subscript(walk: Walk, node: ast.Subscript) -> int:
    value = walk.operand(node.value)
    name = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
    is_type = walk.around.context == Context.TYPE or name in _GENERIC
    index = walk.amid(node.slice, context=Context.TYPE) if is_type else walk.read(node.slice)
    if walk.around.context == Context.TYPE:  # Optional[X], list[X]
        inside = walk.written(index)[1] if walk.written(index)[0] == "hold" else (index,)
        return walk.either(value, *inside)
    if is_type:
        return value
    if _is_of_locals(node) and walk.written(index)[0] == "text":
        return walk.name_term(walk.written(index)[1])
    item = walk.item(value, index)
    walk.use("item", item, walk.places.start(node))
    return item


def _is_of_locals(node: ast.Subscript) -> bool:
    """`locals()[…]`"""
    called = node.value.func if isinstance(node.value, ast.Call) else None
    return isinstance(called, ast.Name) and called.id == "locals"


def _constant(walk: Walk, node: ast.Constant) -> int:
    value = node.value
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT:
        return OTHER
    if value.isidentifier():
        walk.word(value, walk.places.start(node))
    if walk.around.context == Context.TYPE:
        return _type_in(walk, node, value)
    return walk.term("text", value)


def _type_in(walk: Walk, node: ast.Constant, text: str) -> int:
    """A type written as a string, as in `client: "Client | None"`."""
    try:
        inside = ast.parse(text.strip(), mode="eval").body if text.isprintable() else None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return OTHER
    return _at(walk, node, [inside])[0] if inside is not None else OTHER


def _formatted(walk: Walk, node: ast.JoinedStr) -> int:
    pieces = _at(walk, node, node.values)
    if not pieces or OTHER in pieces:
        return OTHER
    joined = pieces[0]
    for piece in pieces[1:]:
        joined = walk.term("join", joined, piece)
    return joined


def _at(walk: Walk, node: ast.expr, inside: list[ast.expr]) -> list[int]:
    """Read what is within a string, all of it at the string's own place."""
    before = walk.places.fixed
    walk.places.fixed = walk.places.start(node)
    terms = [walk.read(one) for one in inside]
    walk.places.fixed = before
    return terms


def _formatted_value(walk: Walk, node: ast.FormattedValue) -> int:
    piece = walk.read(node.value)
    if node.format_spec is not None:
        walk.read(node.format_spec)
    return piece if node.format_spec is None and node.conversion in (-1, ord("s")) else OTHER


def _lambda(walk: Walk, node: ast.Lambda) -> int:
    scope = walk.open("function", "<lambda>", walk.places.start(node))
    parameters(walk, node.args, scope)
    walk.inside(scope, lambda: walk.scopes[scope].returns.append(walk.read(node.body)))
    return walk.term("unit", scope)


def _comprehension(walk: Walk, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> int:
    scope = walk.open("comprehension", "<comprehension>", walk.places.start(node))
    element = OTHER

    def read() -> None:
        nonlocal element
        for loop in node.generators:
            over = walk.operand(loop.iter, awaiting=bool(loop.is_async) or walk.around.awaiting)
            if loop.is_async:
                walk.use("iterate", over, walk.places.start(loop.iter))
            target(walk, loop.target)(walk.item(over))
            walk.all(loop.ifs)
        if isinstance(node, ast.DictComp):
            walk.read(node.key)
            element = walk.read(node.value)
        else:
            element = walk.read(node.elt)
        for loop in node.generators:
            await_items(walk, loop.target, loop.iter)

    walk.inside(scope, read, walk.around._replace(dropped=False))
    return walk.hold(element)


def _walrus(walk: Walk, node: ast.NamedExpr) -> int:
    value = walk.amid(node.value, kept=(node.target.id,), dropped=False)
    walk.word(node.target.id, walk.places.start(node.target))
    walk.bind(node.target.id, value, scope=walk.beyond_comprehensions())
    return value


def _starred(walk: Walk, node: ast.Starred) -> int:
    return walk.item(walk.read(node.value))


def _yield(walk: Walk, node: ast.Yield | ast.YieldFrom) -> int:
    if node.value is not None:
        term = walk.amid(node.value, kept=("yield",), dropped=False)
        walk.scopes[walk.beyond_comprehensions()].returns.append(
            term if isinstance(node, ast.YieldFrom) else walk.hold(term)
        )
    return OTHER


READERS: Readers = {
    ast.Name: _named,
    ast.Attribute: _named,
    ast.Call: call,
    ast.Await: _await,
    ast.BinOp: _binary,
    ast.BoolOp: _boolean,
    ast.Compare: _comparison,
    ast.IfExp: _conditional,
    ast.Tuple: _sequence,
    ast.List: _sequence,
    ast.Set: _sequence,
    ast.Dict: _dictionary,
    ast.Subscript: _subscript,
    ast.Constant: _constant,
    ast.JoinedStr: _formatted,
    ast.FormattedValue: _formatted_value,
    ast.Lambda: _lambda,
    ast.ListComp: _comprehension,
    ast.SetComp: _comprehension,
    ast.GeneratorExp: _comprehension,
    ast.DictComp: _comprehension,
    ast.NamedExpr: _walrus,
    ast.Starred: _starred,
    ast.Yield: _yield,
    ast.YieldFrom: _yield,
}
