"""Addresses of brokers, handed from hand to hand, become the transport layer's configuration."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from migration_tracker.codemods.brokers import SERVERS, Source, mapping_of, servers_of, through_factory, trace
from migration_tracker.codemods.calls import argument, constructions
from migration_tracker.codemods.clients import Client, clients
from migration_tracker.codemods.code import (
    Edit,
    assigned,
    body_of,
    expression,
    find,
    is_docstring,
    paths,
    rewrite,
    statement,
    text,
)
from migration_tracker.codemods.values import Draft
from migration_tracker.codemods.view import View, parameters

BEFORE = """
class Worker:
    def __init__(self, bootstrap_servers: str) -> None:
        self.bootstrap_servers = bootstrap_servers

    @classmethod
    def from_env(cls, environ):
        return cls(environ.get("KAFKA_BOOTSTRAP_SERVERS", "localhost:9092"))

    async def start(self):
        self.producer = AIOKafkaProducer(bootstrap_servers=self.bootstrap_servers)
"""
AFTER = """
class Worker:
    def __init__(self, config: TransportConfig) -> None:
        self.config = config

    @classmethod
    def from_env(cls, environ):
        return cls(TransportConfig.from_env(environ))
"""


def apply(draft: Draft) -> Draft:
    """Give each class that holds clients its configuration."""
    done: set[str] = set()
    while True:
        view = View(draft)
        owners = {
            owner.name.value if owner else "": owner
            for owner in (view.class_of(one.call) for one in clients(view))
        }
        name = next((one for one in owners if one not in done), None)
        if name is None:
            return draft
        done.add(name)
        held = [one for one in clients(view) if view.class_of(one.call) is owners[name]]
        owner = owners[name]
        draft = _of_class(view, owner, held) if owner else _outside(view, held)


def from_environ(draft: Draft, mapping: str = "") -> str:
    """The expression for a configuration that is read from a mapping, or from the process's environment."""
    return draft.conventions.config.replace("{environ}", mapping)


def _outside(view: View, held: list[Client]) -> Draft:
    mapping = mapping_of(view, servers_of(held), held[0].call)
    in_scope = mapping if mapping and "." not in mapping else ""
    return replace(view.draft, configs={**view.draft.configs, "": from_environ(view.draft, in_scope)})


def _of_class(view: View, owner: cst.ClassDef, held: list[Client]) -> Draft:
    draft = view.draft
    constructor = next((one for one in find(owner, cst.FunctionDef) if one.name.value == "__init__"), None)
    servers = servers_of(held)
    client = next((one for one in held if SERVERS in one.settings or one.opaque), held[0])
    if constructor is None or servers is None:
        return _inline(draft, owner, "")
    if client.bound:  # it was handed to a factory, whose parameters mean nothing here
        servers = through_factory(servers, client)
    source = trace(view, servers, client.call, constructor)
    name = _attribute_name(owner, constructor, source)
    value = from_environ(draft, source.mapping or "")
    if source.parameter is not None and _is_given_elsewhere(draft, owner, constructor, source.parameter):
        source = replace(source, parameter=None, mapping="")
        value = from_environ(draft)
        note = f"{owner.name.value} is built elsewhere, and its {_of(source)} is not used any more"
        draft = replace(draft, notes=(*draft.notes, note))
    if source.parameter is not None and _is_only_for_clients(
        view, owner, constructor, source.parameter, held
    ):
        edits = _instead_of_parameter(view, owner, constructor, source, name, held)
    elif _own_line(constructor, source, view, owner, held) is not None or source.mapping is not None:
        edits = _in_constructor(view, owner, constructor, source, name, value, held)
    else:
        return _inline(draft, owner, "")
    used = {f".{source.attribute}"} if source.attribute else set()
    for line in body_of(constructor.body):
        if line in edits:
            used |= paths(line)
    used |= {name for node in edits if isinstance(node, cst.Arg) for name in paths(node)}
    return replace(
        draft,
        module=rewrite(draft.module, edits),
        configs={**draft.configs, owner.name.value: f"self.{name}"},
        touched=draft.touched | used,
    )


def _is_given_elsewhere(
    draft: Draft, owner: cst.ClassDef, constructor: cst.FunctionDef, parameter: str
) -> bool:
    names = [one.name.value for one in parameters(constructor)]
    by_position = names.index(parameter) < draft.neighbours.built.get(owner.name.value, 0)
    return by_position or parameter in draft.neighbours.given


def _of(source: Source) -> str:
    return source.attribute or "parameter for brokers"


def _inline(draft: Draft, owner: cst.ClassDef, mapping: str) -> Draft:
    return replace(draft, configs={**draft.configs, owner.name.value: from_environ(draft, mapping)})


def _attribute_name(owner: cst.ClassDef, constructor: cst.FunctionDef, source: Source) -> str:
    taken = paths(owner)
    names = {one.name.value for one in parameters(constructor)} - {source.parameter}
    private = "_" if (source.attribute or "").startswith("_") else ""
    plain = "config" if "config" not in names and ".config" not in taken else "transport_config"
    return private + plain


def _is_only_for_clients(
    view: View, owner: cst.ClassDef, constructor: cst.FunctionDef, parameter: str, held: list[Client]
) -> bool:
    """Whether a parameter goes nowhere but into the configuration of clients."""
    for line in body_of(constructor.body):
        if parameter not in paths(line):
            continue
        pair = assigned(line)
        if any(line is one.line for one in held):
            continue
        if pair is None or not pair[0].startswith("self.") or not _serves_clients(view, owner, pair[0], held):
            return False
    return True


def _serves_clients(view: View, owner: cst.ClassDef, attribute: str, held: list[Client]) -> bool:
    lines = [one.line for one in held]
    for use in find(owner, cst.Attribute):
        if text(use) == attribute:
            line = view.statement_of(use)
            pair = assigned(line)
            if not any(line is one for one in lines) and not (pair and pair[0] == attribute):
                return False
    return True


def _instead_of_parameter(
    view: View,
    owner: cst.ClassDef,
    constructor: cst.FunctionDef,
    source: Source,
    name: str,
    held: list[Client],
) -> dict[cst.CSTNode, Edit | None]:
    draft = view.draft
    config_type = draft.conventions.config_type.rpartition(".")[2]
    param = next(one for one in parameters(constructor) if one.name.value == source.parameter)
    optional = param.default is not None
    plain = name.lstrip("_")

    def typed(node: cst.Param) -> cst.Param:
        changed = node.with_changes(name=cst.Name(plain))
        if node.annotation is not None:
            changed = changed.with_changes(
                annotation=cst.Annotation(expression(f"{config_type} | None" if optional else config_type))
            )
        return changed.with_changes(default=cst.Name("None")) if optional else changed

    value = f"{plain} or {from_environ(draft)}" if optional else plain
    edits: dict[cst.CSTNode, Edit | None] = {param: typed}
    lines = [line for line in body_of(constructor.body) if source.parameter in paths(line)]
    own = [line for line in lines if not any(line is one.line for one in held)]
    edits |= dict.fromkeys(own)
    edits[(own or lines)[0]] = _line(f"self.{name} = {value}") if own else _before(f"self.{name} = {value}")
    for call in constructions(view, owner):
        if arg := argument(call, constructor, str(source.parameter)):
            edits[arg] = _given(view, call, arg, plain)
    return edits


def _before(source: str) -> Edit:
    return lambda node: [statement(source), node]


def _line(source: str) -> Edit:
    return lambda node: statement(source).with_changes(leading_lines=node.leading_lines)


def _given(view: View, call: cst.Call, arg: cst.Arg, plain: str) -> Edit:
    mapping = mapping_of(view, arg.value, call) or ""
    value = expression(from_environ(view.draft, mapping))
    keyword = cst.Name(plain) if arg.keyword else None
    return lambda node: node.with_changes(value=value, keyword=keyword)


def _own_line(
    constructor: cst.FunctionDef, source: Source, view: View, owner: cst.ClassDef, held: list[Client]
) -> cst.CSTNode | None:
    """The line that keeps the address, where only clients use what it keeps."""
    if source.attribute is None:
        return None
    target = f"self.{source.attribute}"
    if not _serves_clients(view, owner, target, held):
        return None
    return next(
        (line for line in body_of(constructor.body) if (pair := assigned(line)) and pair[0] == target), None
    )


def _in_constructor(
    view: View,
    owner: cst.ClassDef,
    constructor: cst.FunctionDef,
    source: Source,
    name: str,
    value: str,
    held: list[Client],
) -> dict[cst.CSTNode, Edit | None]:
    line = _own_line(constructor, source, view, owner, held)
    if line is not None:
        return {line: _line(f"self.{name} = {value}")}
    first = next(one for one in body_of(constructor.body) if not is_docstring(one))
    return {first: lambda node: [statement(f"self.{name} = {value}"), node]}
