"""Reads `import` in its forms."""

from __future__ import annotations

import ast

from migration_tracker.scanning.facts.walk import Readers, Walk


def _import(walk: Walk, node: ast.Import) -> None:
    for alias in node.names:
        first = alias.name.partition(".")[0]
        walk.use("import", walk.term("import", 0, alias.name, ""), walk.places.last_part(alias), alias.name)
        module = alias.name if alias.asname else first
        walk.bind(alias.asname or first, walk.term("import", 0, module, ""))


def _import_from(walk: Walk, node: ast.ImportFrom) -> None:
    level, module = node.level, node.module or ""
    for alias in node.names:
        if alias.name == "*":
            walk.star(level, module)
            continue
        place = walk.places.start(alias)
        walk.word(alias.name, place)
        term = walk.term("import", level, module, alias.name)
        walk.use("import", term, place, alias.asname or alias.name)
        walk.bind(alias.asname or alias.name, term)


READERS: Readers = {ast.Import: _import, ast.ImportFrom: _import_from}
