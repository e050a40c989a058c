"""Rewrites syntax that the running Python does not know in older words, each on the line where it was.

LibCST parses newer syntax than the Python it runs on. What takes its place means the same to the scanner:
type parameters go, `type X = Y` becomes an annotation, a formatted string a tuple of what is put into it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import libcst as cst


def in_older_words(text: str) -> str | None:
    """The text with newer syntax rewritten, line for line; None if LibCST cannot read it either."""
    try:
        return cst.parse_module(text).visit(_Rewriter()).code
    except (cst.ParserSyntaxError, cst.CSTValidationError, SyntaxError, RecursionError):
        return None


class _Rewriter(cst.CSTTransformer):
    def on_visit(self, node: cst.CSTNode) -> bool:
        return not isinstance(node, _STRINGS)  # these are rewritten whole

    def on_leave(self, original_node: Any, updated_node: Any) -> Any:
        if isinstance(original_node, _STRINGS):
            return self._string(original_node)
        rewrite = _REWRITES.get(type(original_node))
        return rewrite(original_node, updated_node) if rewrite else updated_node

    def _string(self, node: Any) -> Any:
        """What is put into a string, in a tuple, with the line breaks that the string had."""
        parts = [part.visit(self) for part in _parts(node)]
        if parts == [node]:
            return node
        lost = _code(node).count("\n") - sum(_code(part).count("\n") for part in parts)
        gap = cst.SimpleWhitespace("\\\n" * max(lost, 0))
        comma = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
        return cst.Tuple(
            [cst.Element(part, comma) for part in parts],
            lpar=[*node.lpar, cst.LeftParen(whitespace_after=gap)],
            rpar=[cst.RightParen(), *node.rpar],
        )


def _parts(node: Any) -> list[Any]:
    if isinstance(node, cst.ConcatenatedString):
        return [*_parts(node.left), *_parts(node.right)]
    if isinstance(node, cst.SimpleString):
        return [node]
    return [part.expression for part in node.parts if hasattr(part, "expression")]


def _definition(original: Any, updated: Any) -> Any:
    """Without the type parameters, as in `def first[T](…)`."""
    if original.type_parameters is None:
        return updated
    gap = cst.SimpleWhitespace(_blank(original.type_parameters))
    return updated.with_changes(type_parameters=None, whitespace_after_name=gap)


def _type_alias(original: Any, updated: Any) -> Any:
    gap = cst.SimpleWhitespace(" " * len("type ") + _blank(original.type_parameters))
    annotation = cst.Annotation(updated.value, whitespace_before_indicator=gap)
    return cst.AnnAssign(target=updated.name, annotation=annotation)


def _except(_original: Any, updated: Any) -> Any:
    """With the brackets that `except A, B:` does without."""
    if not isinstance(updated.type, cst.Tuple) or updated.type.lpar:
        return updated
    bracketed = updated.type.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    return updated.with_changes(type=bracketed)


def _blank(node: cst.CSTNode | None) -> str:
    """As much white space as a node takes, over as many lines."""
    return re.sub(r"[^\n]", " ", _code(node)).replace("\n", "\\\n") if node is not None else ""


def _code(node: cst.CSTNode) -> str:
    return cst.Module([]).code_for_node(node)


_STRINGS = (cst.FormattedString, cst.TemplatedString, cst.ConcatenatedString)

_REWRITES: dict[type[cst.CSTNode], Callable[[Any, Any], Any]] = {
    cst.FunctionDef: _definition,
    cst.ClassDef: _definition,
    cst.TypeAlias: _type_alias,
    cst.ExceptHandler: _except,
}
