"""Reads what defines: functions, classes and their decorators, and what functions give back."""

from __future__ import annotations

import ast

from migration_tracker.scanning.facts.chains import chain
from migration_tracker.scanning.facts.parameters import parameters, read_type
from migration_tracker.scanning.facts.targets import keep
from migration_tracker.scanning.facts.values import OTHER, Context
from migration_tracker.scanning.facts.walk import Readers, Walk

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def _function(walk: Walk, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    decorators = _decorators(walk, node.decorator_list)
    place = walk.places.defined(node)
    walk.word(node.name, place)
    is_async = isinstance(node, ast.AsyncFunctionDef)
    scope = walk.open("function", node.name, place, is_async=is_async)
    walk.scopes[scope].decorators = [written for _, written in decorators if written]
    first = OTHER
    if walk.scopes[walk.here].kind == "class" and "staticmethod" not in walk.scopes[scope].decorators:
        is_of_class = "classmethod" in walk.scopes[scope].decorators or node.name == "__new__"
        first = walk.term("class" if is_of_class else "self", walk.here)
    parameters(walk, node.args, scope, first=first)
    if node.returns is not None:
        read_type(walk, node.returns)
    walk.inside(scope, lambda: walk.all(node.body))
    _bind(walk, node, scope, decorators)


def _class(walk: Walk, node: ast.ClassDef) -> None:
    decorators = _decorators(walk, node.decorator_list)
    place = walk.places.defined(node)
    walk.word(node.name, place)
    scope = walk.open("class", node.name, place, doc=ast.get_docstring(node))
    walk.scopes[scope].decorators = [written for _, written in decorators if written]
    for base in node.bases:
        if isinstance(base, (ast.Name, ast.Attribute)):
            term, base_place, written = chain(walk, base)
        else:  # Generic[T], or a call that gives a class
            term, base_place, written = walk.read(base), walk.places.start(base), ""
        walk.use("base", term, base_place, written, scope=scope)
        walk.scopes[scope].bases.append(term)
    for keyword in node.keywords:
        if keyword.arg == "metaclass" and isinstance(keyword.value, (ast.Name, ast.Attribute)):
            walk.use("load", *chain(walk, keyword.value), scope=scope)  # it runs when the class is called
        else:
            walk.read(keyword.value)
    walk.inside(scope, lambda: walk.all(node.body))
    _bind(walk, node, scope, decorators)


def _decorators(walk: Walk, nodes: list[ast.expr]) -> list[tuple[int, str]]:
    """The term and the name of each; what is not a plain name has none."""
    found = []
    for node in nodes:
        if isinstance(node, (ast.Name, ast.Attribute)):
            term, place, written = chain(walk, node)
            walk.use("decorator", term, place, written)
            found.append((term, written))
        else:
            found.append((walk.amid(node, context=Context.VALUE, dropped=False, kept=()), ""))
    return found


def _bind(walk: Walk, node: Definition, scope: int, decorators: list[tuple[int, str]]) -> None:
    unit = walk.term("unit", scope)
    walk.decorated += [walk.term("call", term, (unit,), ()) for term, _ in decorators if term != OTHER]
    walk.bind(node.name, unit)
    for decorator in node.decorator_list:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        if isinstance(called, ast.Attribute) and called.attr == "register":  # as functools.singledispatch has
            keep(walk, called.value, unit)


def _return(walk: Walk, node: ast.Return) -> None:
    if node.value is not None:
        is_named = isinstance(node.value, (ast.Name, ast.Attribute))
        term = walk.amid(node.value, context=Context.KEPT if is_named else None, kept=("return",))
        walk.scopes[walk.here].returns.append(term)


READERS: Readers = {
    ast.FunctionDef: _function,
    ast.AsyncFunctionDef: _function,
    ast.ClassDef: _class,
    ast.Return: _return,
}
