"""The outline of a file for fingerprints: what it imports, and a digest of what it runs.

The digest is taken over Python's own syntax tree without positions, so that comments, blank lines, quotes,
brackets and line breaks do not count. Docstrings do, but for their indentation: programs read them, and the
scanner judges by them, so that equal fingerprints have equal verdicts. A file in a syntax that the running
Python does not know is taken line by line instead.
"""

from __future__ import annotations

import ast
import hashlib
import inspect
from dataclasses import dataclass
from typing import Any

from migration_tracker.scanning.imports import Import
from migration_tracker.scanning.syntax import TOO_DEEP, Syntax

_WITHOUT = frozenset({"ctx", "kind", "type_comment", "type_ignores"})
_IMPORTING = (ast.Import, ast.ImportFrom, ast.Call)
_IMPORTERS = frozenset({"import_module", "__import__"})


class _Fields(dict[type[ast.AST], tuple[str, ...]]):
    """The fields of a type of node that count."""

    def __missing__(self, kind: type[ast.AST]) -> tuple[str, ...]:
        self[kind] = tuple(name for name in kind._fields if name not in _WITHOUT)
        return self[kind]


_FIELDS = _Fields()
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True, slots=True)
class Outline:
    """What a file imports when it runs, and the digest of what it runs."""

    imports: tuple[Import, ...]
    digest: str

    def as_json(self) -> Any:
        return [[[one.level, one.module, one.names] for one in self.imports], self.digest]

    @classmethod
    def from_json(cls, written: Any) -> Outline:
        """Raises TypeError or ValueError when it was not written by `as_json`."""
        imports, digest = written
        return cls(
            tuple(Import(level, module, tuple(names)) for level, module, names in imports), str(digest)
        )


def outline_of(text: str, syntax: Syntax) -> Outline:
    """The outline of a file by its text and what was parsed from it.

    Raises:
        ValueError: it is nested too deeply.
    """
    writer = _Writer()
    try:
        writer.node(syntax.tree)
    except RecursionError:
        raise ValueError(TOO_DEEP) from None
    written = writer.written
    if syntax.is_newer:
        lines = (line.rstrip() for line in text.splitlines())
        written = [line for line in lines if line and not line.lstrip().startswith("#")]
    digest = hashlib.sha256("\0".join(written).encode(errors="surrogatepass")).hexdigest()
    return Outline(tuple(writer.imports), digest)


class _Writer:
    """Writes a syntax tree down without places, and notes what it imports when it runs."""

    def __init__(self) -> None:
        self.written: list[str] = []
        self.imports: dict[Import, None] = {}
        self._for_checkers = False

    def node(self, node: ast.AST) -> None:
        kind = node.__class__
        self.written.append(kind.__name__)
        if kind in _IMPORTING and not self._for_checkers:
            self._note(node)
        for name in _FIELDS[kind]:
            value = getattr(node, name, None)
            if value is None or value == []:
                continue
            self.written.append(name)
            if value.__class__ is list:
                self._list(node, name, value)
            elif isinstance(value, ast.AST):
                self.node(value)
            else:
                self.written.append(repr(value))
        self.written.append(")")

    def _list(self, node: ast.AST, name: str, values: list[Any]) -> None:
        before = self._for_checkers
        if name == "body" and isinstance(node, ast.If) and _name(node.test) == "TYPE_CHECKING":
            self._for_checkers = True
        self.written.append("[")
        for position, one in enumerate(values):
            if position == 0 and name == "body" and isinstance(node, _DOCUMENTED) and _is_docstring(one):
                self.written.append(repr(inspect.cleandoc(one.value.value)))
            elif isinstance(one, ast.AST):
                self.node(one)
            else:
                self.written.append(repr(one))
        self.written.append("]")
        self._for_checkers = before

    def _note(self, node: ast.AST) -> None:
        if isinstance(node, ast.Import):
            self.imports.update((Import(0, alias.name, ()), None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names = tuple(alias.name for alias in node.names)
            self.imports[Import(node.level, node.module or "", names)] = None
        elif isinstance(node, ast.Call) and node.args and _name(node.func) in _IMPORTERS:
            name = node.args[0]
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                self.imports[Import(0, name.value, ())] = None


def _is_docstring(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
