"""Reads what defines and imports: functions, classes, decorators, `import` in its forms."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from migration_tracker.scanning.facts.bindings import Bindings
from migration_tracker.scanning.facts.marks import spelled
from migration_tracker.scanning.facts.values import OTHER


class Definitions(Bindings):
    """The part of the reader that knows definitions and imports."""

    def statement(self, node: cst.CSTNode) -> None:
        """Read a statement."""
        raise NotImplementedError

    def function(self, node: cst.FunctionDef) -> None:
        decorators = self._decorators(node.decorators)
        mark = self.name(node.name)
        doc = node.get_docstring(clean=True)
        scope = self.open(
            "function", spelled(node.name), mark, is_async=node.asynchronous is not None, doc=doc
        )
        self.scopes[scope].decorators = decorators
        first = OTHER
        if self.scopes[self.here].kind == "class" and "staticmethod" not in decorators:
            first = self.term("class" if "classmethod" in decorators else "self", self.here)
        if node.type_parameters is not None:
            self.parts(node.type_parameters)
        self.parameters(node.params, scope, first=first)
        if node.returns is not None:
            self.type(node.returns.annotation)
        with self.inside(scope):
            self.statement(node.body)
        self.bind_name(spelled(node.name), self.term("unit", scope))

    def class_(self, node: cst.ClassDef) -> None:
        decorators = self._decorators(node.decorators)
        mark = self.name(node.name)
        scope = self.open("class", spelled(node.name), mark, doc=node.get_docstring(clean=True))
        self.scopes[scope].decorators = decorators
        if node.type_parameters is not None:
            self.parts(node.type_parameters)
        for base in (*node.bases, *node.keywords):
            if base.keyword is not None:
                self.name(base.keyword)
                self.expression(base.value)
            elif isinstance(base.value, (cst.Name, cst.Attribute)):
                term, base_mark, written = self.chain(base.value)
                self.use("base", term, base_mark, written, scope=scope)
                self.scopes[scope].bases.append(term)
            else:  # Generic[T], or a call that gives a class
                taken = len(self.marks)
                term = self.expression(base.value)
                if isinstance(base.value, cst.Subscript) and self.written(term)[0] == "item":
                    term = self.written(term)[1]
                self.use("base", term, self.marks.first(taken), scope=scope)
                self.scopes[scope].bases.append(term)
        with self.inside(scope):
            self.statement(node.body)
        self.bind_name(spelled(node.name), self.term("unit", scope))

    def _decorators(self, decorators: Sequence[cst.Decorator]) -> list[str]:
        names = []
        for decorator in decorators:
            if isinstance(decorator.decorator, (cst.Name, cst.Attribute)):
                term, mark, written = self.chain(decorator.decorator)
                self.use("decorator", term, mark, written)
                names.append(written)
            else:
                self.expression(decorator.decorator)
        return names

    def return_(self, node: cst.Return) -> None:
        if node.value is not None:
            with self.amid(kept=("return",)):
                self.scopes[self.here].returns.append(self.expression(node.value))

    def import_(self, node: cst.Import) -> None:
        for alias in node.names:
            dotted, mark = self._dotted_name(alias.name)
            if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
                self.name(alias.asname.name)
                name, module = spelled(alias.asname.name), dotted
            else:
                name = module = dotted.partition(".")[0]
            self.use("import", self.term("import", 0, dotted, ""), mark, dotted)
            self.bind_name(name, self.term("import", 0, module, ""))

    def import_from(self, node: cst.ImportFrom) -> None:
        level = len(node.relative)
        module, mark = self._dotted_name(node.module) if node.module is not None else ("", -1)
        if isinstance(node.names, cst.ImportStar):
            self.star(level, module, max(mark, 0))
            return
        for alias in node.names:
            name, mark = self._dotted_name(alias.name)
            bound = name
            if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
                self.name(alias.asname.name)
                bound = spelled(alias.asname.name)
            term = self.term("import", level, module, name)
            self.use("import", term, mark, bound)
            self.bind_name(bound, term)

    def _dotted_name(self, node: cst.CSTNode) -> tuple[str, int]:
        if isinstance(node, cst.Attribute):
            before, _ = self._dotted_name(node.value)
            return f"{before}.{spelled(node.attr)}", self.name(node.attr)
        assert isinstance(node, cst.Name)
        return spelled(node), self.name(node)
