"""Reads what is called or looked into: names, and attributes of anything."""

from __future__ import annotations

import ast

from migration_tracker.scanning.facts.places import Place
from migration_tracker.scanning.facts.values import OTHER
from migration_tracker.scanning.facts.walk import Walk


def chain(walk: Walk, node: ast.expr) -> tuple[int, Place, str]:
    """The term of what is called or looked into, the place to point at, and its dotted name if it has one."""
    if isinstance(node, ast.Name):
        place = walk.places.start(node)
        walk.word(node.id, place)
        return walk.name_term(node.id), place, node.id
    if isinstance(node, ast.Attribute):
        value, _, written = chain(walk, node.value)
        place = walk.places.attribute(node)
        walk.word(node.attr, place)
        term = walk.term("attribute", value, node.attr) if value != OTHER else OTHER
        return term, place, f"{written}.{node.attr}" if written else ""
    term = walk.amid(node, dropped=False, kept=())
    return term, walk.places.start(node), ""


def dotted(node: ast.expr) -> str:
    """The dotted name of an expression, without what is in brackets; empty if it has none."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    if isinstance(node, ast.Subscript):
        return dotted(node.value)
    return ""
