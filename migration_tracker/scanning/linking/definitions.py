"""Where the tree itself defines the symbols of a definition, so that each goes by one name."""

from __future__ import annotations

from migration_tracker.scanning.facts.visible import visible
from migration_tracker.scanning.linking.tree import Tree
from migration_tracker.scanning.linking.values import Unit


def definitions(tree: Tree) -> dict[Unit, str]:
    """The functions and classes of a tree that are symbols, found by their own names through imports."""
    found: dict[Unit, str] = {}
    for symbol in (*tree.scope.legacy, *tree.scope.replacement):
        module, _, name = symbol.rpartition(".")
        for unit in _defined(tree, module, name, set()):
            found.setdefault(unit, symbol)
    return found


def _defined(tree: Tree, module: str, name: str, seen: set[tuple[str, str]]) -> list[Unit]:
    path = tree.modules.path(module)
    facts = tree.facts.get(path or "")
    if path is None or facts is None or (module, name) in seen:
        return []
    seen.add((module, name))
    bindings = visible(facts, 0, name, None)
    if bindings is None:
        shown = [tree.modules.absolute(path, star.level, star.module) for star in facts.stars]
        return [unit for one in shown for unit in _defined(tree, one, name, seen)]
    found: list[Unit] = []
    for binding in bindings:
        match facts.terms[binding.term] if binding.term >= 0 else ("other",):
            case ("unit", scope):
                found.append(Unit(path, scope))
            case ("import", level, origin, original) if original:
                found += _defined(tree, tree.modules.absolute(path, level, origin), original, seen)
            case ("name", 0, other, _):
                found += _defined(tree, module, other, seen)
    return found
