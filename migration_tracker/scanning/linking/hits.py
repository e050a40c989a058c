"""Which place of which file reaches which symbol, directly or through what it calls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from migration_tracker.scanning.facts.values import Context, Use
from migration_tracker.scanning.facts.visible import visible
from migration_tracker.scanning.linking.reach import BACKGROUND, Reach, Steppers
from migration_tracker.scanning.linking.tree import Tree
from migration_tracker.scanning.linking.values import (
    Dynamic,
    Held,
    Instance,
    Made,
    Symbol,
    Unit,
    Value,
    Values,
    Way,
)


class Hit(NamedTuple):
    """A use that reaches a symbol of the definition, or something that cannot be decided.

    `symbol` is None for the latter. `way` is empty where the symbol itself is used. `runs` tells whether the
    code does something with it, rather than naming it as a type, an alias or an import; `is_type` tells the
    first of these. `within` names the function or class around it.
    """

    path: str
    use: Use
    symbol: str | None
    dynamic: str
    way: Way
    runs: bool
    is_type: bool
    within: str


class Hits:
    """Finds the hits of files.

    Args:
        tree: the files.
        steppers: tells what a use runs.
    """

    def __init__(self, tree: Tree, steppers: Steppers) -> None:
        self._tree = tree
        self._steppers = steppers

    def of(self, path: str, uses: Iterable[tuple[Use, Values]], reach: Reach) -> Iterator[Hit]:
        """Every use of a file that reaches something.

        Args:
            uses: the uses of the file that stand for something.
            reach: what reaches a symbol in the present tree.
        """
        for use, values in uses:
            yield from self._of(path, use, values, reach)

    def _of(self, path: str, use: Use, values: Values, reach: Reach) -> Iterator[Hit]:
        seen: set[tuple[str | None, bool]] = set()
        typing_only: bool | None = None
        for value, way in values.items():
            runs = self._steppers.runs(use, value)
            for symbol, dynamic, onward in self._ends(path, use, value, way, runs, reach):
                if (symbol, bool(dynamic)) not in seen:
                    seen.add((symbol, bool(dynamic)))
                    if typing_only is None:
                        typing_only = self._is_typing_only(path, use)
                    if typing_only and isinstance(value, (Unit, Instance)):
                        continue
                    is_type = typing_only or use.context == Context.TYPE
                    does = (
                        (runs and not typing_only) or isinstance(value, Made)
                    ) and use.context != Context.TYPE
                    within = self._tree.facts[path].within(use.scope)
                    yield Hit(path, use, symbol, dynamic, onward, does, is_type, within)

    def _ends(
        self, path: str, use: Use, value: Value, way: Way, runs: bool, reach: Reach
    ) -> Iterator[tuple[str | None, str, Way]]:
        inner = value
        while isinstance(inner, Held):
            inner = inner.value
        if isinstance(inner, Dynamic):
            if use.kind in {"call", "item"}:
                yield None, inner.dotted, way
        elif isinstance(inner, Symbol):
            symbol = self._tree.wanted(inner.dotted)
            if symbol and (way or not isinstance(value, Held)):
                yield symbol, "", way
        elif isinstance(inner, Made):
            symbol = self._tree.wanted(inner.dotted)
            if symbol and way and use.kind in {"load", "call"}:
                yield symbol, "", way
        elif runs:
            for unit in self._steppers.run_by(use, value):
                if unit.path != path:
                    for target in reach.symbols - {BACKGROUND}:
                        units = reach.units(target)
                        if unit in units:
                            onward = reach.way(unit, way, units[unit])
                            yield (target or None), ("" if target else "what it calls"), onward

    def _is_typing_only(self, path: str, use: Use) -> bool:
        """Whether the name is bound for type checkers only."""
        facts = self._tree.facts[path]
        term = facts.terms[use.term]
        while term[0] in {"attribute", "call", "item"}:
            term = facts.terms[term[1]]
        if term[0] != "name":
            return False
        bindings = visible(facts, term[1], term[2], term[3])
        return bool(bindings) and all(one.typing for one in bindings or ())
