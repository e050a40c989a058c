"""Reads the targets of assignments: what they bind, and what they put into something."""

from __future__ import annotations

import ast
from collections.abc import Callable

from migration_tracker.scanning.facts.chains import chain, dotted
from migration_tracker.scanning.facts.values import OTHER
from migration_tracker.scanning.facts.walk import Walk

Bind = Callable[[int], None]


def target(walk: Walk, node: ast.expr) -> Bind:
    """Read a target; what is returned gives it a value."""
    if isinstance(node, ast.Name):
        walk.word(node.id, walk.places.start(node))
        return lambda term: walk.bind(node.id, term)
    if isinstance(node, ast.Attribute):
        owner, _, written = chain(walk, node.value)
        walk.word(node.attr, walk.places.attribute(node))
        return lambda term: _bind_attribute(walk, owner, written, node.attr, term)
    if isinstance(node, ast.Starred):
        bind = target(walk, node.value)
        return lambda term: bind(walk.hold(term))
    if isinstance(node, (ast.Tuple, ast.List)):
        parts = [target(walk, element) for element in node.elts]
        return lambda term: _bind_parts(walk, parts, term)
    walk.amid(node, kept=(), dropped=False)
    if isinstance(node, ast.Subscript):
        return lambda term: keep(walk, node.value, term)
    return lambda _term: None


def keep(walk: Walk, owner: ast.expr, term: int) -> None:
    """What an expression stands for holds one more thing."""
    if isinstance(owner, ast.Name):
        walk.put(owner.id, term)
    elif isinstance(owner, ast.Attribute):
        value = _value(walk, owner.value)
        held = walk.hold(walk.given(term))
        number = _class_of(walk, value)
        if number is not None and held != OTHER:
            walk.scopes[number].attributes.setdefault(owner.attr, []).append(held)
        elif value != OTHER:
            walk.set(value, owner.attr, held)
    elif isinstance(owner, ast.Subscript):
        keep(walk, owner.value, term)


def await_items(walk: Walk, item: ast.expr, over: ast.expr) -> None:
    """What a loop goes through is awaited if the loop awaits each item."""
    awaits = walk.scopes[walk.here].awaits
    if isinstance(item, ast.Name) and item.id in awaits:
        awaits += _sources(over)


def _sources(node: ast.expr) -> list[str]:
    """The names that a loop takes its items from, through calls such as `as_completed(tasks.values())`."""
    if isinstance(node, ast.Starred):
        return _sources(node.value)
    if isinstance(node, ast.Call):
        inner = [node.func.value] if isinstance(node.func, ast.Attribute) else []
        return [name for one in (*inner, *node.args) for name in _sources(one)]
    name = dotted(node)
    return [name] if name else []


def _value(walk: Walk, node: ast.expr) -> int:
    """The term of a dotted name, without a use of it: it was read already."""
    if isinstance(node, ast.Name):
        return walk.name_term(node.id)
    if isinstance(node, ast.Attribute):
        value = _value(walk, node.value)
        return walk.term("attribute", value, node.attr) if value != OTHER else OTHER
    return OTHER


def _bind_parts(walk: Walk, parts: list[Bind], term: int) -> None:
    written = walk.written(term)
    is_same = written[0] == "hold" and len(written[1]) == len(parts)
    for number, bind in enumerate(parts):
        bind(written[1][number] if is_same else walk.item(term))


def _bind_attribute(walk: Walk, owner: int, written: str, name: str, term: int) -> None:
    number = _class_of(walk, owner)
    if number is not None:
        walk.scopes[number].attributes.setdefault(name, []).append(walk.given(term))
        return
    walk.set(owner, name, term)
    if written.isidentifier() and not walk.is_imported(written):
        walk.put(written, term)


def _class_of(walk: Walk, term: int) -> int | None:
    """The class that a term is the `self` or `cls` of, in the method around."""
    written = walk.written(term)
    number = written[1] if written[0] == "name" else -1
    while number > 0:
        scope = walk.scopes[number]
        if any(parameter.name == written[2] for parameter in scope.params):
            is_method = walk.scopes[scope.parent].kind == "class"
            is_first = scope.params[0].name == written[2] and "staticmethod" not in scope.decorators
            return scope.parent if is_method and is_first else None
        number = scope.parent
    return None
