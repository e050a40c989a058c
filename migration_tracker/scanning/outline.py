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
    written: list[str] = []
    if syntax.is_newer:
        lines = (line.rstrip() for line in text.splitlines())
        written = [line for line in lines if line and not line.lstrip().startswith("#")]
    else:
        try:
            _write(syntax.tree, written)
        except RecursionError:
            raise ValueError(TOO_DEEP) from None
    imports: dict[Import, None] = {}
    _collect(syntax.tree, imports)
    digest = hashlib.sha256("\0".join(written).encode(errors="surrogatepass")).hexdigest()
    return Outline(tuple(imports), digest)


def _write(node: ast.AST, written: list[str]) -> None:
    written.append(type(node).__name__)
    for name in node._fields:
        value = getattr(node, name, None)
        if value is None or value == [] or name in _WITHOUT:
            continue
        written.append(name)
        if isinstance(value, list):
            written.append("[")
            for position, one in enumerate(value):
                if position == 0 and name == "body" and isinstance(node, _DOCUMENTED) and _is_docstring(one):
                    written.append(repr(inspect.cleandoc(one.value.value)))
                elif isinstance(one, ast.AST):
                    _write(one, written)
                else:
                    written.append(repr(one))
            written.append("]")
        elif isinstance(value, ast.AST):
            _write(value, written)
        else:
            written.append(repr(value))
    written.append(")")


def _is_docstring(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _collect(node: ast.AST, imports: dict[Import, None]) -> None:
    stack = [node]
    while stack:
        one = stack.pop()
        if isinstance(one, ast.Import):
            imports.update((Import(0, alias.name, ()), None) for alias in one.names)
        elif isinstance(one, ast.ImportFrom):
            imports[Import(one.level, one.module or "", tuple(alias.name for alias in one.names))] = None
        elif isinstance(one, ast.If) and _name(one.test) == "TYPE_CHECKING":
            stack.extend(one.orelse)
            continue
        elif isinstance(one, ast.Call) and one.args and _is_importer(one.func):
            name = one.args[0]
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                imports[Import(0, name.value, ())] = None
        stack.extend(ast.iter_child_nodes(one))


def _is_importer(function: ast.expr) -> bool:
    return _name(function) in {"import_module", "__import__"}


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
