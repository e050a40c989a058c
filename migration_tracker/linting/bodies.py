"""The bodies of a file's functions and classes, and what they call, to know code again in another place."""

from __future__ import annotations

import ast


def bodies(text: str) -> dict[str, str]:
    """The syntax tree of each body by qualified name, "" for the module; none where Python cannot read it.

    Names of the functions and classes themselves, comments, formatting and decorators do not count.
    """
    found: dict[str, str] = {}
    try:
        _collect(ast.parse(text), "", found)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    return found


def call_at(text: str, line: int, column: int) -> str | None:
    """The syntax tree of the call whose function's name stands at a place; None if there is none.

    Args:
        text: a Python file.
        line: counted from 1.
        column: counted from 1, in characters.
    """
    lines = text.split("\n")
    if not 0 < line <= len(lines):
        return None
    place = line, len(lines[line - 1][: column - 1].encode(errors="surrogatepass"))
    try:
        calls = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call))
        return next((ast.dump(call) for call in calls if _name_at(call.func) == place), None)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _name_at(function: ast.expr) -> tuple[int, int] | None:
    """Where the last name of a called function stands; columns of a syntax tree count bytes, from 0."""
    match function:
        case ast.Name():
            return function.lineno, function.col_offset
        case ast.Attribute(attr=name, end_lineno=int(line), end_col_offset=int(end)):
            return line, end - len(name.encode())
    return None


def _collect(node: ast.AST, name: str, found: dict[str, str]) -> None:
    if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
        found[name] = "\n".join(ast.dump(one) for one in node.body)
    for inner in ast.iter_child_nodes(node):
        if isinstance(inner, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            _collect(inner, f"{name}.{inner.name}" if name else inner.name, found)
        elif isinstance(inner, (ast.stmt, ast.ExceptHandler, ast.match_case)):
            _collect(inner, name, found)  # what a branch defines has no name of the branch
