"""Where a class has its brokers' addresses from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import libcst as cst

from migration_tracker.codemods.clients import Client
from migration_tracker.codemods.code import (
    Edit,
    find,
    rewrite,
    text,
)
from migration_tracker.codemods.view import View, parameters

SERVERS = "bootstrap_servers"


@dataclass(frozen=True)
class Source:
    """Where a class has its brokers' addresses from.

    Args:
        attribute: the attribute that keeps them, if one does.
        parameter: the parameter of its constructor that brings them.
        mapping: the mapping they are looked up in, as the constructor writes it; empty for the process's.
    """

    attribute: str | None = None
    parameter: str | None = None
    mapping: str | None = None


def servers_of(held: Iterable[Client]) -> cst.BaseExpression | None:
    for client in held:
        if SERVERS in client.settings:
            return client.bound.get(text(client.settings[SERVERS]), client.settings[SERVERS])
        if client.opaque:
            return client.opaque[0]
    return None


def through_factory(servers: cst.BaseExpression, client: Client) -> cst.BaseExpression:
    """The mapping that a factory looks the address up in, as it is called here."""
    edits: dict[cst.CSTNode, Edit | None] = {
        one: _as(client.bound[one.value]) for one in find(servers, cst.Name) if one.value in client.bound
    }
    return rewrite(servers, edits)


def _as(value: cst.BaseExpression) -> Edit:
    return lambda _: value


def trace(
    view: View, node: cst.BaseExpression, near: cst.CSTNode, constructor: cst.FunctionDef, deep: int = 0
) -> Source:
    names = {one.name.value for one in parameters(constructor)}
    if deep > 6:
        return Source()
    if isinstance(node, cst.Name) and node.value in names:
        return Source(parameter=node.value)
    if isinstance(node, cst.BooleanOperation):
        return trace(view, node.left, near, constructor, deep + 1)
    if isinstance(node, cst.Attribute) and text(node.value) == "self":
        value = view.value_of(text(node), near)
        inner = trace(view, value, constructor, constructor, deep + 1) if value is not None else Source()
        return replace(inner, attribute=node.attr.value)
    if isinstance(node, cst.Subscript) and isinstance(node.value, cst.Attribute):
        value = view.value_of(text(node.value), near)
        entry = _entry(value, SERVERS) if value is not None else None
        if entry is not None:
            return replace(
                trace(view, entry, constructor, constructor, deep + 1), attribute=node.value.attr.value
            )
    if (mapping := mapping_of(view, node, near)) is not None:
        plain = mapping.removeprefix("self.")
        if mapping.startswith("self."):
            value = view.value_of(mapping, near)
            if isinstance(value, cst.Name) and value.value in names:
                return Source(attribute=plain, mapping=value.value)
        return Source(mapping=mapping if mapping in names else "")
    return Source()


def _entry(value: cst.BaseExpression, key: str) -> cst.BaseExpression | None:
    if isinstance(value, cst.Dict):
        for element in value.elements:
            if isinstance(element, cst.DictElement) and text(element.key).strip("\"'") == key:
                return element.value
    return None


def mapping_of(view: View, node: cst.BaseExpression | None, near: cst.CSTNode, deep: int = 0) -> str | None:
    """The mapping in which an expression looks something up; empty for the process's own environment."""
    if node is None or deep > 4:
        return None
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
        owner = text(node.func.value)
        if text(node.func) in {"os.getenv", "os.environ.get"}:
            return ""
        return owner if node.func.attr.value == "get" else None
    if isinstance(node, cst.Subscript):
        owner = text(node.value)
        return "" if owner == "os.environ" else owner
    if isinstance(node, cst.Name):
        value = view.value_of(node.value, near)
        return mapping_of(view, value, near, deep + 1) if value is not None else None
    if isinstance(node, cst.Dict):
        return mapping_of(view, _entry(node, SERVERS), near, deep + 1)
    return None
