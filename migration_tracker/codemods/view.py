"""A module with its surroundings: what encloses a node, which functions there are, what names import."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import libcst as cst

from migration_tracker.codemods.code import Statement, assigned, children, find, own, text, walk
from migration_tracker.codemods.values import Draft

_STATEMENTS = (cst.SimpleStatementLine, cst.BaseCompoundStatement)


@dataclass(frozen=True)
class View:
    """A draft's module, looked at from all sides."""

    draft: Draft

    @property
    def module(self) -> cst.Module:
        return self.draft.module

    @cached_property
    def parents(self) -> dict[int, cst.CSTNode]:
        found: dict[int, cst.CSTNode] = {}
        for node in walk(self.module):
            for child in children(node):
                found[id(child)] = node
        return found

    @cached_property
    def functions(self) -> tuple[cst.FunctionDef, ...]:
        return tuple(find(self.module, cst.FunctionDef))

    @cached_property
    def imported(self) -> dict[str, str]:
        """What each imported name stands for, as an absolute dotted name."""
        found: dict[str, str] = {}
        for one in find(self.module, cst.ImportFrom):
            if isinstance(one.names, cst.ImportStar):
                continue
            module = self._absolute(len(one.relative), text(one.module) if one.module else "")
            for alias in one.names:
                found[_as_name(alias) or text(alias.name)] = f"{module}.{text(alias.name)}"
        for plain in find(self.module, cst.Import):
            for alias in plain.names:
                dotted = text(alias.name)
                if name := _as_name(alias):
                    found[name] = dotted
                else:
                    first = dotted.partition(".")[0]
                    found[first] = first
        return found

    def _absolute(self, level: int, module: str) -> str:
        if not level:
            return module
        parts = self.draft.module_name.split(".")
        kept = parts[: len(parts) - level + self.draft.is_package]
        return ".".join([*kept, *([module] if module else [])])

    def dotted(self, node: cst.CSTNode) -> str | None:
        """The dotted name that a name or an attribute of a module stands for."""
        if isinstance(node, cst.Name):
            return self.imported.get(node.value)
        if isinstance(node, cst.Attribute):
            inner = self.dotted(node.value)
            return f"{inner}.{node.attr.value}" if inner else None
        return None

    def around(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """What encloses a node, from the inside out."""
        while (parent := self.parents.get(id(node))) is not None:
            yield parent
            node = parent

    def function_of(self, node: cst.CSTNode) -> cst.FunctionDef | None:
        return next((one for one in self.around(node) if isinstance(one, cst.FunctionDef)), None)

    def class_of(self, node: cst.CSTNode) -> cst.ClassDef | None:
        return next((one for one in self.around(node) if isinstance(one, cst.ClassDef)), None)

    def statement_of(self, node: cst.CSTNode) -> Statement:
        for one in (node, *self.around(node)):
            if isinstance(one, _STATEMENTS):
                return one
        raise LookupError(text(node))

    def method(self, near: cst.CSTNode, called: cst.CSTNode) -> cst.FunctionDef | None:
        """The function of this file that `self.name` or `name` calls, seen from a node."""
        if isinstance(called, cst.Attribute) and text(called.value) in {"self", "cls"}:
            owner = self.class_of(near)
            return next(
                (
                    one
                    for one in self.functions
                    if one.name.value == called.attr.value and owner and self.class_of(one) is owner
                ),
                None,
            )
        if isinstance(called, cst.Name):
            return next(
                (
                    one
                    for one in self.functions
                    if one.name.value == called.value and not isinstance(self._holder(one), cst.ClassDef)
                ),
                None,
            )
        return None

    def _holder(self, function: cst.FunctionDef) -> cst.CSTNode | None:
        return next(
            (one for one in self.around(function) if isinstance(one, (cst.FunctionDef, cst.ClassDef))), None
        )

    def calls_of(self, function: cst.FunctionDef) -> list[cst.Call]:
        """Where the file calls one of its functions, by name."""
        name, owner = function.name.value, self._holder(function)
        found = []
        for call in find(self.module, cst.Call):
            if isinstance(owner, cst.ClassDef):
                if not isinstance(call.func, cst.Attribute) or call.func.attr.value != name:
                    continue
                receiver = call.func.value
                is_own = text(receiver) in {"self", "cls"}
                if self.class_of(call) is owner if is_own else text(receiver) not in self.imported:
                    found.append(call)
            elif isinstance(call.func, cst.Name) and call.func.value == name:
                found.append(call)
        return found

    def value_of(self, name: str, near: cst.CSTNode) -> cst.BaseExpression | None:
        """What is assigned to a variable or to an attribute of `self`, if it is assigned only once."""
        owner = self.class_of(near)
        if name.startswith(("self.", "cls.")) and owner is not None:
            plain = name.partition(".")[2]
            values = [
                pair[1]
                for line in find(owner, cst.SimpleStatementLine)
                if (pair := assigned(line)) and pair[0] in {name, f"self.{plain}"}
            ]
            values = [one for one in values if text(one) != "None"] or values
            if not values:
                values = [
                    pair[1] for line in owner.body.body if (pair := assigned(line)) and pair[0] == plain
                ]
            return values[0] if len(values) == 1 else None
        function = self.function_of(near)
        for place in (function, self.module):
            if place is not None:
                lines = [one for one in own_lines(place) if (pair := assigned(one)) and pair[0] == name]
                if len(lines) == 1:
                    pair = assigned(lines[0])
                    return pair[1] if pair else None
        return None


def own_lines(place: cst.CSTNode) -> Iterator[cst.SimpleStatementLine]:
    for child in children(place):
        for one in own(child):
            if isinstance(one, cst.SimpleStatementLine):
                yield one


def _as_name(alias: cst.ImportAlias) -> str | None:
    return text(alias.asname.name) if alias.asname else None


def parameters(function: cst.FunctionDef) -> list[cst.Param]:
    """The parameters by name, without `self`."""
    found = [*function.params.posonly_params, *function.params.params]
    if found and found[0].name.value in {"self", "cls"}:
        found = found[1:]
    return [*found, *function.params.kwonly_params]
