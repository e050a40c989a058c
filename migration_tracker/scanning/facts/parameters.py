"""Reads the parameters of functions and lambdas, and annotations."""

from __future__ import annotations

import ast

from migration_tracker.scanning.facts.values import OTHER, Binding, Context, Param
from migration_tracker.scanning.facts.walk import Walk


def parameters(walk: Walk, node: ast.arguments, scope: int, *, first: int = OTHER) -> None:
    """Read parameters: bound in `scope`, their annotations and defaults read in the present one.

    Args:
        first: the term of a method's first parameter: its instance or class.
    """
    plain = [*node.posonlyargs, *node.args]
    defaults: list[ast.expr | None] = [None] * (len(plain) - len(node.defaults)) + list(node.defaults)
    listed: list[tuple[ast.arg, str, ast.expr | None]] = [
        (one, "", default) for one, default in zip(plain, defaults, strict=True)
    ]
    if node.vararg is not None:
        listed.append((node.vararg, "*", None))
    by_position = len(plain)
    listed += [(one, "", default) for one, default in zip(node.kwonlyargs, node.kw_defaults, strict=True)]
    if node.kwarg is not None:
        listed.append((node.kwarg, "**", None))
    for position, (parameter, star, default) in enumerate(listed):
        walk.word(parameter.arg, walk.places.start(parameter))
        annotation, typed, given = "", OTHER, OTHER
        if parameter.annotation is not None:
            annotation = source(parameter.annotation)
            typed = read_type(walk, parameter.annotation)
        if default is not None:
            given = walk.amid(default, kept=(), context=Context.VALUE, dropped=False)
        needed = position < by_position and default is None
        is_first = position == 0 and not star and first != OTHER
        walk.scopes[scope].params.append(Param(parameter.arg, star, annotation, needed))
        walk.scopes[scope].bindings[parameter.arg] = [
            Binding(0, True, False, first if is_first else walk.either(given, typed))
        ]


def read_type(walk: Walk, node: ast.expr) -> int:
    """Read an annotation; returns the term of an instance of it."""
    term = walk.amid(node, context=Context.TYPE)
    return walk.term("typed", term) if term != OTHER else OTHER


def source(annotation: ast.expr) -> str:
    """The text of an annotation, however it was spaced."""
    return annotation.id if isinstance(annotation, ast.Name) else ast.unparse(annotation)
