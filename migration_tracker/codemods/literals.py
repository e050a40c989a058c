"""What an expression comes to, as far as the file says: texts and numbers, the environment's defaults."""

from __future__ import annotations

import ast
from collections.abc import Mapping

import libcst as cst

from migration_tracker.codemods.code import text
from migration_tracker.codemods.view import View

Bound = Mapping[str, cst.BaseExpression]
_DEEPEST = 8


def literal(
    view: View, node: cst.BaseExpression, near: cst.CSTNode, bound: Bound | None = None, deep: int = 0
) -> str | int | bool | None:
    """The value of an expression; None where it cannot be told.

    Args:
        near: where it stands, for names.
        bound: what parameters stand for, where it comes from a function that was called.
    """
    if deep > _DEEPEST:
        return None
    match node:
        case cst.SimpleString() | cst.Integer() | cst.ConcatenatedString():
            try:
                value = ast.literal_eval(text(node))
            except ValueError:
                return None
            return value if isinstance(value, (str, int)) else None
        case cst.FormattedString():
            return _formatted(view, node, near, bound, deep)
        case cst.Name(value="True" | "False"):
            return node.value == "True"
        case cst.Name() | cst.Attribute():
            name = text(node)
            if bound and name in bound:
                return literal(view, bound[name], near, None, deep + 1)
            value = view.value_of(name, near)
            return (
                literal(view, value, near, bound, deep + 1)
                if value is not None
                else _default(view, name, near, deep)
            )
        case cst.BooleanOperation(operator=cst.Or()):
            return literal(view, node.right, near, bound, deep + 1)
        case cst.Call():
            return _called(view, node, near, bound, deep)
    return None


def _default(view: View, name: str, near: cst.CSTNode, deep: int) -> str | int | bool | None:
    """A parameter's default."""
    function = view.function_of(near)
    if function is None:
        return None
    for one in (*function.params.params, *function.params.kwonly_params):
        if one.name.value == name and one.default is not None:
            return literal(view, one.default, view.module, None, deep + 1)
    return None


def _called(
    view: View, node: cst.Call, near: cst.CSTNode, bound: Bound | None, deep: int
) -> str | int | bool | None:
    function = text(node.func)
    if function in {"int", "str"} and len(node.args) == 1:
        value = literal(view, node.args[0].value, near, bound, deep + 1)
        try:
            return None if value is None else int(value) if function == "int" else str(value)
        except ValueError:
            return None
    if function.rpartition(".")[2] in {"get", "getenv"} and len(node.args) == 2:
        return literal(view, node.args[1].value, near, bound, deep + 1)
    if (
        function.rpartition(".")[2] == "replace"
        and len(node.args) == 2
        and isinstance(node.func, cst.Attribute)
    ):
        parts = [
            literal(view, one, near, bound, deep + 1)
            for one in (node.func.value, node.args[0].value, node.args[1].value)
        ]
        if all(isinstance(one, str) for one in parts):
            return str(parts[0]).replace(str(parts[1]), str(parts[2]))
    return None


def _formatted(
    view: View, node: cst.FormattedString, near: cst.CSTNode, bound: Bound | None, deep: int
) -> str | None:
    parts = []
    for part in node.parts:
        if isinstance(part, cst.FormattedStringText):
            parts.append(part.value)
        elif isinstance(part, cst.FormattedStringExpression):
            value = literal(view, part.expression, near, bound, deep + 1)
            if value is None:
                return None
            parts.append(str(value))
    return "".join(parts)
