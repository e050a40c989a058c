"""Reads statements. What may not run, as in a branch, binds names without being sure."""

from __future__ import annotations

import ast

from migration_tracker.scanning.facts.chains import dotted
from migration_tracker.scanning.facts.parameters import read_type, source
from migration_tracker.scanning.facts.targets import await_items, keep, target
from migration_tracker.scanning.facts.values import DELETED, OTHER, Context
from migration_tracker.scanning.facts.walk import Readers, Walk


def _module(walk: Walk, node: ast.Module) -> None:
    walk.open("module", "", (1, 1), doc=ast.get_docstring(node))
    walk.all(node.body)


def _assign(walk: Walk, node: ast.Assign) -> None:
    kept = tuple(name for one in node.targets if (name := dotted(one)))
    term = walk.amid(node.value, context=_context(walk, node.targets, node.value), kept=kept)
    for one in node.targets:
        target(walk, one)(term)


def _context(walk: Walk, targets: list[ast.expr], value: ast.expr) -> str:
    """Of a value that gets a name: `a = b` outside a class is an alias, what is made of b is seen at a."""
    if not isinstance(value, (ast.Name, ast.Attribute)):
        return walk.around.context
    only = len(targets) == 1 and isinstance(targets[0], ast.Name)
    return Context.ALIAS if only and walk.scopes[walk.here].kind != "class" else Context.KEPT


def _annotated(walk: Walk, node: ast.AnnAssign) -> None:
    typed = read_type(walk, node.annotation)
    _note_annotation(walk, node.target, source(node.annotation))
    value = OTHER
    if node.value is not None:
        kept = tuple(filter(None, [dotted(node.target)]))
        value = walk.amid(node.value, context=_context(walk, [node.target], node.value), kept=kept)
    bind = target(walk, node.target)
    if node.value is not None or typed != OTHER:
        bind(walk.either(value, typed))


def _note_annotation(walk: Walk, node: ast.expr, annotation: str) -> None:
    owner = walk.enclosing_class()
    if owner is None:
        return
    if isinstance(node, ast.Attribute):
        walk.scopes[owner].annotated[node.attr] = annotation
    elif isinstance(node, ast.Name) and walk.here == owner:
        walk.scopes[owner].annotated[node.id] = annotation


def _augmented(walk: Walk, node: ast.AugAssign) -> None:
    term = walk.amid(node.value, kept=tuple(filter(None, [dotted(node.target)])))
    if isinstance(node.target, ast.Name):
        walk.word(node.target.id, walk.places.start(node.target))
    else:
        walk.read(node.target)
    keep(walk, node.target, term)  # what was added before stays


def _delete(walk: Walk, node: ast.Delete) -> None:
    for one in node.targets:
        for name in one.elts if isinstance(one, (ast.Tuple, ast.List)) else [one]:
            if isinstance(name, ast.Name):
                walk.bind(name.id, DELETED)
            else:
                walk.read(name)


def _declared(walk: Walk, node: ast.Global | ast.Nonlocal) -> None:
    for name in node.names:
        walk.declare(name, 0 if isinstance(node, ast.Global) else _outer(walk, name))


def _outer(walk: Walk, name: str) -> int:
    scope = walk.scopes[walk.here].parent
    while scope > 0 and (walk.scopes[scope].kind == "class" or name not in walk.scopes[scope].bindings):
        scope = walk.scopes[scope].parent
    return scope


def _if(walk: Walk, node: ast.If) -> None:
    walk.asked(node.test)
    test, is_not = node.test, False
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        test, is_not = test.operand, True
    for_checkers = dotted(test).rpartition(".")[2] == "TYPE_CHECKING"
    walk.unsure(node.body, typing=for_checkers and not is_not)
    walk.unsure(node.orelse, typing=for_checkers and is_not)


def _try(walk: Walk, node: ast.Try | ast.TryStar) -> None:
    walk.unsure(node.body)
    for handler in node.handlers:
        if handler.type is not None:
            walk.amid(handler.type, context=Context.TYPE)
        before = walk.around
        walk.around = before._replace(unsure=True)
        if handler.name is not None:
            walk.bind(handler.name, OTHER)
        walk.all(handler.body)
        walk.around = before
    walk.unsure(node.orelse)
    walk.all(node.finalbody)


def _for(walk: Walk, node: ast.For | ast.AsyncFor) -> None:
    is_async = isinstance(node, ast.AsyncFor)
    term = walk.operand(node.iter, awaiting=is_async)
    if is_async:
        walk.use("iterate", term, walk.places.start(node.iter))

    def read() -> None:
        before = walk.around
        walk.around = before._replace(unsure=True)
        target(walk, node.target)(walk.item(term))
        walk.all(node.body)
        walk.around = before

    walk.loop(read)
    await_items(walk, node.target, node.iter)
    walk.unsure(node.orelse)


def _while(walk: Walk, node: ast.While) -> None:
    def read() -> None:
        walk.asked(node.test)
        walk.unsure(node.body)

    walk.loop(read)
    walk.unsure(node.orelse)


def _with(walk: Walk, node: ast.With | ast.AsyncWith) -> None:
    for item in node.items:
        kept = dotted(item.optional_vars) if item.optional_vars is not None else ""
        term = walk.operand(item.context_expr, kept=tuple(filter(None, [kept])))
        if item.optional_vars is not None:
            target(walk, item.optional_vars)(walk.either(term, walk.item(term)))
    walk.all(node.body)


def _match(walk: Walk, node: ast.Match) -> None:
    term = walk.read(node.subject)
    before = walk.around
    walk.around = before._replace(unsure=True)
    for case in node.cases:
        _pattern(walk, case.pattern, term)
        if case.guard is not None:
            walk.asked(case.guard)
        walk.all(case.body)
    walk.around = before


def _pattern(walk: Walk, node: ast.pattern, term: int) -> None:
    """A pattern of `match`: its captures are bound, its classes are types."""
    for inside in ast.iter_child_nodes(node):
        if isinstance(inside, ast.pattern):
            _pattern(walk, inside, walk.either(term, walk.item(term)))
        else:
            walk.amid(inside, context=Context.TYPE)
    for name in (getattr(node, "name", None), getattr(node, "rest", None)):
        if name:
            walk.bind(name, term)


def _expression(walk: Walk, node: ast.Expr) -> None:
    walk.amid(node.value, dropped=True)


READERS: Readers = {
    ast.Module: _module,
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.Delete: _delete,
    ast.Global: _declared,
    ast.Nonlocal: _declared,
    ast.If: _if,
    ast.Try: _try,
    ast.TryStar: _try,
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.While: _while,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.Match: _match,
    ast.Expr: _expression,
}
