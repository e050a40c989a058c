"""Imports of the replacement come, imports that nothing uses any more go."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import libcst as cst

from migration_tracker.codemods.code import Edit, find, is_docstring, rewrite, statement, text, walk
from migration_tracker.codemods.values import Draft
from migration_tracker.codemods.view import View

BEFORE = """
import asyncio
from aiokafka import AIOKafkaConsumer

async def start():
    return await create_consumer()
"""
AFTER = """
from transport import create_consumer

async def start():
    return await create_consumer()
"""

_LONGEST = 88


def apply(draft: Draft, original: cst.Module) -> Draft:
    """Bring the imports in line with what the file uses now."""
    used = _used(draft.module)
    view = View(draft)
    edits: dict[cst.CSTNode, Edit | None] = {}
    before = _used(original)
    for node in _imports(view.module):
        if isinstance(node.names, cst.ImportStar):
            continue
        kept = [one for one in node.names if not _goes(view, one, used, before)]
        if len(kept) == len(node.names):
            continue
        edits[node] = _with_names(kept) if kept else None
    module = rewrite(_with_blank_lines(draft.module, view, edits), edits) if edits else draft.module
    module = _with_needed(replace(draft, module=module))
    return replace(draft, module=module)


def _imports(module: cst.Module) -> list[cst.ImportFrom | cst.Import]:
    return [*find(module, cst.ImportFrom), *find(module, cst.Import)]


def _with_blank_lines(module: cst.Module, view: View, edits: dict[cst.CSTNode, Edit | None]) -> cst.Module:
    """What comes after an import that goes takes over the blank lines before it."""
    gone = [view.statement_of(node) for node, edit in edits.items() if edit is None]
    body = list(module.body)
    for number, line in enumerate(body[:-1]):
        if any(line is one for one in gone) and (lead := getattr(line, "leading_lines", ())):
            after = body[number + 1]
            if not getattr(after, "leading_lines", ()):
                edits[after] = _leading(edits.get(after), lead) if after not in edits else edits[after]
    return module


def _leading(_: Edit | None, lead: Sequence[cst.EmptyLine]) -> Edit:
    return lambda node: node.with_changes(leading_lines=lead)


def _goes(view: View, alias: cst.ImportAlias, used: set[str], before: set[str]) -> bool:
    name = text(alias.asname.name) if alias.asname else text(alias.name).partition(".")[0]
    dotted = view.imported.get(name, "")
    if dotted in view.draft.factories:
        return True
    packages = {one.partition(".")[0] for one in view.draft.legacy}
    was_used = name in before or dotted.partition(".")[0] in packages
    return name not in used and was_used


def _with_names(kept: list[cst.ImportAlias]) -> Edit:
    last = kept[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
    return lambda node: node.with_changes(
        names=[*kept[:-1], last],
        **({} if len(kept) > 1 or isinstance(node, cst.Import) else {"lpar": None, "rpar": None}),
    )


def _used(module: cst.Module) -> set[str]:
    """Every name in the module outside its imports, and words in annotations that are texts."""
    found: set[str] = set()
    inside: set[int] = set()
    for node in _imports(module):
        inside |= {id(one) for one in walk(node)}
    attributes = {id(one.attr) for one in find(module, cst.Attribute)}
    for one in find(module, cst.Name):
        if id(one) not in inside and id(one) not in attributes:
            found.add(one.value)
    for quoted in find(module, cst.Annotation):
        for string in find(quoted, cst.SimpleString):
            found |= set(re.findall(r"\w+", string.value))
    for line in module.body:  # names that are passed on
        if isinstance(line, cst.SimpleStatementLine) and text(line).startswith("__all__"):
            for string in find(line, cst.SimpleString):
                found.add(string.value.strip("\"'"))
    return found


def _with_needed(draft: Draft) -> cst.Module:
    conventions = draft.conventions
    imported = View(draft).imported
    used = _used(draft.module)
    needed: dict[str, set[str]] = {}
    config = conventions.config_type
    for dotted in (
        conventions.create_consumer,
        conventions.create_producer,
        conventions.message,
        config,
        conventions.options,
        conventions.consumer_type,
        conventions.producer_type,
    ):
        module, _, name = dotted.rpartition(".")
        if name and name in used and imported.get(name) != dotted:
            needed.setdefault(module, set()).add(name)
    module_node = draft.module
    if "asyncio" in used and "asyncio" not in imported:
        module_node = _insert(module_node, statement("import asyncio"), "")
    if "TopicPartition" in used and "TopicPartition" not in imported:
        needed.setdefault(f"{draft.legacy[0].partition('.')[0]}", set())
    for module, names in sorted(needed.items()):
        if names:
            written = statement(_import(module, sorted(names, key=_isort)))
            module_node = _insert(module_node, written, module, draft.module_name)
    return module_node


def _import(module: str, names: list[str]) -> str:
    line = f"from {module} import {', '.join(names)}"
    if len(line) <= _LONGEST:
        return line
    return f"from {module} import (\n" + "".join(f"    {one},\n" for one in names) + ")"


def _isort(name: str) -> tuple[int, str]:
    """Constants, classes, functions: the order of isort and ruff."""
    return (0 if name.isupper() else 1 if name[:1].isupper() else 2, name)


def _insert(tree: cst.Module, line: object, module: str, own: str = "") -> cst.Module:
    """Put an import where its kin are: before the first of the same package that sorts behind it."""
    body = list(tree.body)
    assert isinstance(line, cst.SimpleStatementLine)
    places = [number for number, one in enumerate(body) if _module_of(one) is not None]
    if not module:  # a standard one
        at = next((number for number in places if _module_of(body[number]) != "__future__"), None)
        if at is None:
            at = 1 if body and is_docstring(body[0]) else 0
        first = body[at] if at < len(body) else None
        if isinstance(first, cst.SimpleStatementLine) and at in places:
            lead = first.leading_lines
            body[at] = first.with_changes(leading_lines=())
            line = line.with_changes(leading_lines=lead)
        return tree.with_changes(body=[*body[:at], line, *body[at:]])
    top = own.partition(".")[0]
    kin = [
        n
        for n in places
        if (_module_of(body[n]) or "").partition(".")[0] in {top, module.partition(".")[0]}
        or (_module_of(body[n]) or "").startswith(".")
    ]
    if kin:
        behind = next((n for n in kin if (_module_of(body[n]) or "") > module), None)
        if behind is not None:
            node = body[behind]
            assert isinstance(node, cst.SimpleStatementLine)
            if behind == kin[0]:
                line = line.with_changes(leading_lines=node.leading_lines)
                body[behind] = node.with_changes(leading_lines=())
            return tree.with_changes(body=[*body[:behind], line, *body[behind:]])
        return tree.with_changes(body=[*body[: kin[-1] + 1], line, *body[kin[-1] + 1 :]])
    at = places[-1] + 1 if places else (1 if body and is_docstring(body[0]) else 0)
    lead = [cst.EmptyLine(indent=False)] if at else []
    return tree.with_changes(body=[*body[:at], line.with_changes(leading_lines=lead), *body[at:]])


def _module_of(line: object) -> str | None:
    if not isinstance(line, cst.SimpleStatementLine) or not line.body:
        return None
    small = line.body[0]
    if isinstance(small, cst.ImportFrom):
        return "." * len(small.relative) + (text(small.module) if small.module else "")
    if isinstance(small, cst.Import):
        return text(small.names[0].name)
    return None
