"""A function applied to an expression, as it would be written."""

from __future__ import annotations

import libcst as cst

from migration_tracker.codemods.code import Edit, find, rewrite


def applied(function: cst.BaseExpression, value: cst.BaseExpression) -> cst.BaseExpression:
    """`(lambda x: f(x))` of `y` is `f(y)`; a function by its name is called."""
    if isinstance(function, cst.Lambda) and len(function.params.params) == 1:
        name = function.params.params[0].name.value
        edits: dict[cst.CSTNode, Edit | None] = {
            one: lambda _: value for one in find(function.body, cst.Name) if one.value == name
        }
        if isinstance(function.body, cst.Name):
            return value
        return rewrite(function.body, edits)
    return cst.Call(function, [cst.Arg(value)])
