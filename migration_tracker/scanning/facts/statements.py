"""The whole reader: statements, and whatever is in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import libcst as cst

from migration_tracker.scanning.facts.bindings import dotted
from migration_tracker.scanning.facts.definitions import Definitions
from migration_tracker.scanning.facts.values import OTHER, Context

_PATTERNS = (
    cst.MatchPattern,
    cst.MatchStar,
    cst.MatchSequenceElement,
    cst.MatchMappingElement,
    cst.MatchKeywordElement,
    cst.MatchOrElement,
)


class Statements(Definitions):
    """Reads a module from top to bottom. What may not run, as in a branch, binds names without being sure."""

    def module(self, module: cst.Module) -> None:
        """Read a module."""
        self.open("module", "", -1, doc=module.get_docstring(clean=True))
        self.block(module.body)

    def block(self, body: Sequence[cst.CSTNode]) -> None:
        """Read statements one after the other."""
        for statement in body:
            self.statement(statement)

    def statement(self, node: cst.CSTNode) -> None:
        read = _READERS.get(type(node))
        if read is not None:
            read(self, node)
        elif isinstance(node, (cst.SimpleStatementLine, cst.SimpleStatementSuite, cst.IndentedBlock)):
            self.block(node.body)
        else:
            self.expression(node)

    def if_(self, node: cst.If) -> None:
        branch: cst.If | cst.Else | None = node
        while isinstance(branch, cst.If):
            self.expression(branch.test)
            typing = _is_type_checking(branch.test)
            with self.amid(unsure=True, typing=self.around.typing or typing):
                self.statement(branch.body)
            branch = branch.orelse
        if branch is not None:
            with self.amid(unsure=True):
                self.statement(branch.body)

    def try_(self, node: cst.Try | cst.TryStar) -> None:
        with self.amid(unsure=True):
            self.statement(node.body)
            for handler in node.handlers:
                if handler.type is not None:
                    with self.amid(context=Context.TYPE):
                        self.expression(handler.type)
                if handler.name is not None:
                    self.assign(handler.name.name, OTHER)
                self.statement(handler.body)
            if node.orelse is not None:
                self.statement(node.orelse.body)
        if node.finalbody is not None:
            self.statement(node.finalbody.body)

    def for_(self, node: cst.For) -> None:
        bind = self.target(node.target)
        taken = len(self.marks)
        with self.amid(awaiting=node.asynchronous is not None):
            term = self.expression(node.iter)
        if node.asynchronous is not None:
            self.use("iterate", term, self.marks.first(taken))
        with self.amid(unsure=True):
            bind(self.term("item", term) if term != OTHER else OTHER)
            self.statement(node.body)
            if node.orelse is not None:
                self.statement(node.orelse.body)

    def while_(self, node: cst.While) -> None:
        self.expression(node.test)
        with self.amid(unsure=True):
            self.statement(node.body)
            if node.orelse is not None:
                self.statement(node.orelse.body)

    def with_(self, node: cst.With) -> None:
        for item in node.items:
            kept = dotted(item.asname.name) if item.asname is not None else ""
            with self.amid(kept=tuple(filter(None, [kept]))):
                term = self.expression(item.item)
            if item.asname is not None:
                self.assign(item.asname.name, term)
        self.statement(node.body)

    def match(self, node: cst.Match) -> None:
        self.expression(node.subject)
        with self.amid(unsure=True):
            for case in node.cases:
                self.pattern(case.pattern)
                if case.guard is not None:
                    self.expression(case.guard)
                self.statement(case.body)

    def pattern(self, node: cst.CSTNode) -> None:
        """A pattern of `match`: its captures are bound, its classes are types."""
        for name in node.__dataclass_fields__:
            inside = getattr(node, name)
            for one in inside if isinstance(inside, (list, tuple)) else [inside]:
                if isinstance(one, cst.Name) and name in {"name", "rest"}:
                    self.assign(one, OTHER)
                elif isinstance(one, _PATTERNS):
                    self.pattern(one)
                elif (
                    isinstance(one, cst.Name) and name == "key" and isinstance(node, cst.MatchKeywordElement)
                ):
                    self.name(one)
                elif isinstance(one, cst.BaseExpression):
                    with self.amid(context=Context.TYPE):
                        self.expression(one)

    def expression_statement(self, node: cst.Expr) -> None:
        with self.amid(dropped=True):
            self.expression(node.value)

    def type_alias(self, node: cst.TypeAlias) -> None:
        self.name(node.name)
        if node.type_parameters is not None:
            self.parts(node.type_parameters)
        self.type(node.value)


def _is_type_checking(test: cst.BaseExpression) -> bool:
    return dotted(test).rpartition(".")[2] == "TYPE_CHECKING"


_READERS: dict[type[cst.CSTNode], Callable[[Any, Any], None]] = {
    cst.Assign: Statements.assignment,
    cst.AnnAssign: Statements.annotated,
    cst.AugAssign: Statements.augmented,
    cst.Del: Statements.delete,
    cst.Global: Statements.declared,
    cst.Nonlocal: Statements.declared,
    cst.FunctionDef: Statements.function,
    cst.ClassDef: Statements.class_,
    cst.Return: Statements.return_,
    cst.Import: Statements.import_,
    cst.ImportFrom: Statements.import_from,
    cst.If: Statements.if_,
    cst.Try: Statements.try_,
    cst.TryStar: Statements.try_,
    cst.For: Statements.for_,
    cst.While: Statements.while_,
    cst.With: Statements.with_,
    cst.Match: Statements.match,
    cst.Expr: Statements.expression_statement,
    cst.TypeAlias: Statements.type_alias,
}
