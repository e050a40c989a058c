"""What each Python file imports and calls, as the scanner parses it; names are taken by file, not scope."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from migration_tracker.scanning.syntax import parse
from migration_tracker.scanning.text import decode


@dataclass(frozen=True, slots=True)
class Name:
    """A dotted name as an import gives it: `level` dots, then `dotted`."""

    level: int
    dotted: str


@dataclass(frozen=True, slots=True)
class File:
    """What one file says.

    Args:
        path: POSIX, below the root.
        imports: every module it imports, and every name of a `from` import with its module in front.
        calls: what it calls or inherits from, as far as an import gave it.
        is_main: it does something when it is run as a program.
    """

    path: str
    imports: frozenset[Name]
    calls: frozenset[Name]
    is_main: bool

    @property
    def is_test(self) -> bool:
        """Whether it only tests others: what tests build says nothing of the program."""
        *folders, name = self.path.split("/")
        return (
            bool({"test", "tests"} & set(folders))
            or name.startswith("test_")
            or name.endswith("_test.py")
            or name == "conftest.py"
        )


def read(path: str, content: bytes) -> File | None:
    """What a file says; None if Python cannot read it."""
    try:
        tree = parse(decode(content)).tree
    except ValueError:
        return None
    bound, imports = _imports(tree)
    return File(
        path, imports, frozenset(_calls(tree, bound)), is_main=any(_is_main_guard(node) for node in tree.body)
    )


def _imports(tree: ast.Module) -> tuple[dict[str, Name], frozenset[Name]]:
    bound: dict[str, Name] = {}
    imports = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                imports.add(Name(0, alias.name))
                first = alias.name.partition(".")[0]
                bound[alias.asname or first] = Name(0, alias.name if alias.asname else first)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            imports.add(Name(node.level, module))
            for alias in node.names:
                name = Name(node.level, f"{module}.{alias.name}".lstrip("."))
                imports.add(name)
                bound[alias.asname or alias.name] = name
    return bound, frozenset(name for name in imports if name.dotted)


def _calls(tree: ast.Module, bound: dict[str, Name]) -> Iterator[Name]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = [node.func]
        elif isinstance(node, ast.ClassDef):
            called = node.bases
        else:
            continue
        for expression in called:
            if (name := _dotted(expression, bound)) is not None:
                yield name


def _dotted(expression: ast.expr, bound: dict[str, Name]) -> Name | None:
    parts: list[str] = []
    while isinstance(expression, ast.Attribute):
        parts.append(expression.attr)
        expression = expression.value
    if not isinstance(expression, ast.Name) or expression.id not in bound:
        return None
    name = bound[expression.id]
    return Name(name.level, ".".join([name.dotted, *reversed(parts)]))


def _is_main_guard(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.If)
        and isinstance(node.test, ast.Compare)
        and isinstance(node.test.left, ast.Name)
        and node.test.left.id == "__name__"
    )
