"""The functions of the file that run while a message is handled."""

from __future__ import annotations

import libcst as cst

from migration_tracker.codemods.code import find
from migration_tracker.codemods.view import View, parameters


def handlers(view: View) -> list[cst.FunctionDef]:
    """The functions that the transport layer calls."""
    names = {one.handler.rpartition(".")[2] for one in view.draft.readings}
    return [one for one in view.functions if one.name.value in names]


def reached(view: View) -> list[cst.FunctionDef]:
    """The handlers and all they call, directly or not."""
    found = handlers(view)
    for function in found:  # grows while it is walked
        for call in find(function, cst.Call):
            called = view.method(function, call.func)
            if called is not None and not any(called is one for one in found):
                found.append(called)
    return found


def carriers(view: View) -> list[tuple[cst.FunctionDef, str]]:
    """Each function that has the message, and what it calls it."""
    found = [(one, parameters(one)[-1].name.value) for one in handlers(view) if parameters(one)]
    for function, variable in found:
        for call in find(function, cst.Call):
            called = view.method(function, call.func)
            if called is None:
                continue
            names = [one.name.value for one in parameters(called)]
            for number, arg in enumerate(call.args):
                if isinstance(arg.value, cst.Name) and arg.value.value == variable:
                    name = (
                        arg.keyword.value if arg.keyword else names[number] if number < len(names) else None
                    )
                    if name and not any(one is called for one, _ in found):
                        found.append((called, name))
    return found
