"""The bodies of a file's functions and classes, to know one again under another name."""

from __future__ import annotations

import ast
import hashlib


def bodies(text: str) -> dict[str, str]:
    """A digest by qualified name, "" for the whole module; empty where Python cannot read the text.

    Names of the functions and classes themselves, comments, formatting and decorators do not count.
    """
    try:
        tree = ast.parse(text)
        found: dict[str, str] = {}
        _collect(tree, "", found)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    return found


def _collect(node: ast.AST, name: str, found: dict[str, str]) -> None:
    if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
        written = "\n".join(ast.dump(one) for one in node.body)
        found[name] = hashlib.sha256(written.encode(errors="surrogatepass")).hexdigest()
    for inner in ast.iter_child_nodes(node):
        if isinstance(inner, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            _collect(inner, f"{name}.{inner.name}" if name else inner.name, found)
        elif isinstance(
            inner, (ast.stmt, ast.ExceptHandler, ast.match_case)
        ):  # what a branch defines has no name of the branch
            _collect(inner, name, found)
