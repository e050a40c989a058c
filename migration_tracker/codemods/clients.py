"""The old clients that a file builds: where, under which name, and with which configuration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import libcst as cst

from migration_tracker.codemods.code import Statement, assigned, find, paths, text
from migration_tracker.codemods.literals import literal
from migration_tracker.codemods.view import View, parameters

Role = Literal["consumer", "producer"]


@dataclass(frozen=True)
class Client:
    """A call that builds an old client.

    Args:
        line: the statement it stands in.
        target: what the client is assigned to, such as `self.consumer`; None if to nothing.
        topics: what it reads, as expressions that hold where the call stands.
        settings: its configuration by keyword.
        bound: what the parameters of a factory stand for in `settings`.
        opaque: mappings handed on whole that could not be looked into.
        uses: the names that the call used, for what nothing else uses.
    """

    view: View
    call: cst.Call
    role: Role
    line: Statement
    target: str | None
    topics: tuple[cst.BaseExpression, ...]
    settings: Mapping[str, cst.BaseExpression]
    bound: Mapping[str, cst.BaseExpression]
    opaque: tuple[cst.BaseExpression, ...]
    uses: frozenset[str]

    def setting(self, key: str) -> str | int | bool | None:
        """The value of a setting, as far as the file tells."""
        value = self.settings.get(key)
        return None if value is None else literal(self.view, value, self.call, self.bound)

    @property
    def group(self) -> str | None:
        value = self.setting("group_id")
        return value if isinstance(value, str) else None


def clients(view: View) -> list[Client]:
    """Every call of the file that builds an old client."""
    return list(_clients(view))


def consumers(view: View) -> list[Client]:
    return [one for one in _clients(view) if one.role == "consumer"]


def producers(view: View) -> list[Client]:
    return [one for one in _clients(view) if one.role == "producer"]


def role_of(symbol: str) -> Role:
    return "producer" if "producer" in symbol.rpartition(".")[2].lower() else "consumer"


def _clients(view: View) -> Iterator[Client]:
    for call in find(view.module, cst.Call):
        dotted = view.dotted(call.func)
        if dotted is not None and dotted in view.draft.factories:
            if client := _from_factory(view, call, view.draft.factories[dotted]):
                yield client
        elif symbol := symbol_of(view, call.func):
            yield _built(view, call, role_of(symbol))


def symbol_of(view: View, node: cst.CSTNode) -> str | None:
    """The old symbol that a name stands for; also where the package passes it on from a module of its own."""
    dotted = view.dotted(node)
    if dotted is None:
        return None
    for symbol in view.draft.legacy:
        package, name = symbol.partition(".")[0], symbol.rpartition(".")[2]
        if dotted == symbol or (dotted.startswith(f"{package}.") and dotted.endswith(f".{name}")):
            return symbol
    return None


def _built(view: View, call: cst.Call, role: Role) -> Client:
    settings: dict[str, cst.BaseExpression] = {}
    opaque: list[cst.BaseExpression] = []
    uses = paths(call)
    topics = []
    for arg in call.args:
        if arg.star == "**":
            entries = _entries(view, arg.value, call)
            if entries is None:
                opaque.append(arg.value)
            else:
                settings |= entries
                uses |= paths(entries.values())
        elif arg.keyword is not None:
            settings[arg.keyword.value] = arg.value
        elif role == "consumer":
            topics.append(_starred(arg))
    line = view.statement_of(call)
    subscribed, used = _subscribed(view, call)
    return Client(
        view,
        call,
        role,
        line,
        _target(view, call),
        tuple(topics) or subscribed,
        settings,
        {},
        tuple(opaque),
        frozenset(uses | used),
    )


def _starred(arg: cst.Arg) -> cst.BaseExpression:
    if arg.star != "*":
        return arg.value
    return cst.parse_expression(f"[*{text(arg.value)}]")


def _entries(
    view: View, node: cst.BaseExpression, near: cst.CSTNode, deep: int = 0
) -> dict[str, cst.BaseExpression] | None:
    """The keys and values of a mapping that the file writes out."""
    if deep > 4:
        return None
    match node:
        case cst.Dict():
            found: dict[str, cst.BaseExpression] = {}
            for element in node.elements:
                if isinstance(element, cst.StarredDictElement):
                    inner = _entries(view, element.value, near, deep + 1)
                    if inner is None:
                        return None
                    found |= inner
                elif isinstance(element, cst.DictElement) and isinstance(element.key, cst.SimpleString):
                    found[str(element.key.evaluated_value)] = element.value
                else:
                    return None
            return found
        case cst.Call(func=cst.Name(value="dict")) if all(one.keyword for one in node.args):
            return {one.keyword.value: one.value for one in node.args if one.keyword}
        case cst.Name() | cst.Attribute():
            value = view.value_of(text(node), near)
            return _entries(view, value, near, deep + 1) if value is not None else None
        case cst.Call(args=()):
            function = view.method(near, node.func)
            returned = list(find(function, cst.Return)) if function else []
            if function and len(returned) == 1 and returned[0].value is not None:
                return _entries(view, returned[0].value, returned[0], deep + 1)
    return None


def _from_factory(view: View, call: cst.Call, factory: cst.FunctionDef) -> Client | None:
    """The client that a function of another file builds, with its parameters bound to what is given here."""
    built = next(
        (
            one
            for one in find(factory, cst.Call)
            if any(
                text(one.func).rpartition(".")[2] == symbol.rpartition(".")[2] for symbol in view.draft.legacy
            )
        ),
        None,
    )
    if built is None:
        return None
    named = [one.name.value for one in parameters(factory)]
    bound = {one.name.value: one.default for one in parameters(factory) if one.default is not None}
    for number, arg in enumerate(call.args):
        name = arg.keyword.value if arg.keyword else named[number] if number < len(named) else None
        if name and not arg.star:
            bound[name] = arg.value
    role = role_of(text(built.func))
    topics = [
        bound.get(text(one.value), one.value) for one in built.args if one.keyword is None and not one.star
    ]
    settings = {one.keyword.value: one.value for one in built.args if one.keyword}
    settings = {key: bound.get(text(value), value) for key, value in settings.items()}
    return Client(
        view,
        call,
        role,
        view.statement_of(call),
        _target(view, call),
        tuple(topics),
        settings,
        bound,
        (),
        frozenset(paths(call)),
    )


def _target(view: View, call: cst.Call) -> str | None:
    for one in view.around(call):
        if isinstance(one, (cst.Await, cst.IfExp)):
            continue
        if isinstance(one, (cst.AssignTarget, cst.Assign, cst.AnnAssign)):
            pair = assigned(view.statement_of(one))
            return pair[0] if pair else None
        if isinstance(one, cst.WithItem):
            return text(one.asname.name) if one.asname else None
        return None
    return None


def _subscribed(view: View, call: cst.Call) -> tuple[tuple[cst.BaseExpression, ...], set[str]]:
    """The topics of a later `subscribe([…])` on the same client."""
    target = _target(view, call)
    for one in find(view.module, cst.Call):
        if (
            target
            and isinstance(one.func, cst.Attribute)
            and one.func.attr.value == "subscribe"
            and text(one.func.value) == target
        ):
            given = next(
                (arg.value for arg in one.args if not arg.keyword or arg.keyword.value == "topics"), None
            )
            if given is not None:
                if isinstance(given, (cst.List, cst.Tuple)):
                    return tuple(element.value for element in given.elements), paths(one)
                return (cst.parse_expression(f"[*{text(given)}]"),), paths(one)
    return (), set()
