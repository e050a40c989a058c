"""Reads what binds names: assignments, deletions, `global`, and the targets they have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import libcst as cst

from migration_tracker.scanning.facts.expressions import Expressions, source
from migration_tracker.scanning.facts.marks import spelled
from migration_tracker.scanning.facts.values import OTHER, Context

DELETED: Final = -1
"""The term of a binding that takes the name away."""

Bind = Callable[[int], None]


class Bindings(Expressions):
    """The part of the reader that knows how names get their values."""

    def __init__(self) -> None:
        super().__init__()
        self._declared: dict[tuple[int, str], int] = {}

    def bind_name(self, name: str, term: int) -> None:
        """A name gets a value where the present scope says: here, or where `global` and `nonlocal` point."""
        self.bind(name, term, scope=self._declared.get((self.here, name)))

    def assign(self, target: cst.CSTNode, term: int) -> None:
        self.target(target)(term)

    def target(self, target: cst.CSTNode) -> Bind:
        """Take a target's names, which come first in the text; what is returned binds them."""
        if isinstance(target, cst.Name):
            self.name(target)
            return lambda term: self.bind_name(spelled(target), term)
        if isinstance(target, cst.Attribute):
            value, _, written = self.chain(target.value)
            self.name(target.attr)
            return lambda term: self._bind_attribute(value, written, spelled(target.attr), term)
        if isinstance(target, (cst.Tuple, cst.List)):
            parts = [self.target(element.value) for element in target.elements]

            def bind_parts(term: int) -> None:
                for bind in parts:
                    bind(self.term("item", term) if term != OTHER else OTHER)

            return bind_parts
        with self.amid(kept=(), dropped=False):
            self.expression(target)
        if isinstance(target, cst.Subscript) and isinstance(target.value, cst.Name):
            name = spelled(target.value)
            return lambda term: self.put(name, term)
        return lambda _term: None

    def assignment(self, node: cst.Assign) -> None:
        binds = [self.target(one.target) for one in node.targets]
        kept = tuple(name for one in node.targets if (name := dotted(one.target)))
        context = Context.ALIAS if self._is_alias(node) else self.around.context
        with self.amid(context=context, kept=kept):
            term = self.expression(node.value)
        for bind in binds:
            bind(term)

    def annotated(self, node: cst.AnnAssign) -> None:
        bind = self.target(node.target)
        typed = self.type(node.annotation.annotation)
        self._note_annotation(node.target, source(node.annotation.annotation))
        default = OTHER
        if node.value is not None:
            with self.amid(kept=tuple(filter(None, [dotted(node.target)]))):
                default = self.expression(node.value)
        if node.value is not None or typed != OTHER:
            bind(self.either(default, typed))

    def augmented(self, node: cst.AugAssign) -> None:
        if isinstance(node.target, cst.Name):
            self.name(node.target)  # what was added before stays
        else:
            self.expression(node.target)
        with self.amid(kept=tuple(filter(None, [dotted(node.target)]))):
            term = self.expression(node.value)
        if isinstance(node.target, cst.Name):
            self.put(spelled(node.target), term)

    def delete(self, node: cst.Del) -> None:
        target = node.target
        for one in (
            [e.value for e in target.elements] if isinstance(target, (cst.Tuple, cst.List)) else [target]
        ):
            if isinstance(one, cst.Name):
                self.assign(one, DELETED)
            else:
                self.expression(one)

    def declared(self, node: cst.Global | cst.Nonlocal) -> None:
        scope = 0 if isinstance(node, cst.Global) else self.scopes[self.here].parent
        for item in node.names:
            self.name(item.name)
            self._declared[self.here, spelled(item.name)] = scope

    def _is_alias(self, node: cst.Assign) -> bool:
        """`a = b` outside a class: what is made of b is then seen at a."""
        only = len(node.targets) == 1 and isinstance(node.targets[0].target, cst.Name)
        named = isinstance(node.value, (cst.Name, cst.Attribute))
        return only and named and self.scopes[self.here].kind != "class"

    def _bind_attribute(self, value: int, written: str, name: str, term: int) -> None:
        owner = self.enclosing_class()
        if owner is not None and self._is_first_parameter(value):
            self.scopes[owner].attributes.setdefault(name, []).append(term)
        elif written.isidentifier():
            self.put(written, term)

    def _is_first_parameter(self, value: int) -> bool:
        """Whether a term is the `self` or `cls` of the method around."""
        written = self.written(value)
        number = written[1] if written[0] == "name" else -1
        while number > 0:
            scope = self.scopes[number]
            if any(parameter.name == written[2] for parameter in scope.params):
                return scope.params[0].name == written[2] and self.scopes[scope.parent].kind == "class"
            number = scope.parent
        return False

    def _note_annotation(self, target: cst.CSTNode, annotation: str) -> None:
        owner = self.enclosing_class()
        if owner is None:
            return
        if isinstance(target, cst.Attribute):
            self.scopes[owner].annotated[spelled(target.attr)] = annotation
        elif isinstance(target, cst.Name) and self.here == owner:
            self.scopes[owner].annotated[spelled(target)] = annotation


def dotted(node: cst.CSTNode) -> str:
    """The dotted name of a target, without what is in brackets; empty if it has none."""
    if isinstance(node, cst.Name):
        return spelled(node)
    if isinstance(node, cst.Attribute):
        before = dotted(node.value)
        return f"{before}.{spelled(node.attr)}" if before else ""
    if isinstance(node, cst.Subscript):
        return dotted(node.value)
    return ""
