"""Where a class is built, and what a call gives for a parameter."""

from __future__ import annotations

import libcst as cst

from migration_tracker.codemods.code import find, text
from migration_tracker.codemods.view import View, parameters


def constructions(view: View, owner: cst.ClassDef) -> list[cst.Call]:
    """Where the file builds a class: by its name, or by `cls` within it."""
    return [
        call
        for call in find(view.module, cst.Call)
        if text(call.func) == owner.name.value or (text(call.func) == "cls" and view.class_of(call) is owner)
    ]


def argument(call: cst.Call, function: cst.FunctionDef, parameter: str) -> cst.Arg | None:
    """What a call gives for a parameter; None where it gives nothing, or what it gives cannot be told."""
    names = [one.name.value for one in parameters(function)]
    for number, arg in enumerate(call.args):
        if arg.star:
            return None
        if arg.keyword is not None and arg.keyword.value == parameter:
            return arg
        if arg.keyword is None and number < len(names) and names[number] == parameter:
            return arg
    return None
