"""Who reaches what: every symbol is carried back from where it is used to whatever calls that."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from migration_tracker.scanning.facts.values import Context, Use
from migration_tracker.scanning.linking.evaluate import Evaluator
from migration_tracker.scanning.linking.tree import Tree
from migration_tracker.scanning.linking.values import (
    Dynamic,
    Held,
    Instance,
    Made,
    Symbol,
    Typed,
    Unit,
    Value,
    Values,
    Way,
)

UNDECIDED: Final = ""
"""Stands among the symbols that are reached for a client by a name that cannot be resolved."""

_PROPERTIES = frozenset({"property", "cached_property", "functools.cached_property"})
_RUNS = frozenset({"call", "base", "decorator"})


class Reach:
    """The functions and classes of a tree that reach a symbol, and by what way.

    Sanctioned modules are a wall: what is used in them is carried no further.

    Args:
        tree: the files.
        evaluator: says what terms stand for.
        uses: every use of every file, with what it may stand for.
    """

    def __init__(self, tree: Tree, evaluator: Evaluator, uses: Iterable[tuple[str, Use, Values]]) -> None:
        self._tree = tree
        self._evaluator = evaluator
        self._reached: dict[str, dict[Unit, Way]] = {}
        self._spread(uses)

    @property
    def symbols(self) -> Iterable[str]:
        """The symbols that anything reaches; UNDECIDED may be among them."""
        return self._reached

    def units(self, symbol: str) -> Mapping[Unit, Way]:
        """What reaches a symbol, each with the way onward from it."""
        return self._reached.get(symbol, {})

    def runs(self, use: Use, value: Value) -> bool:
        """Whether a use of a value does something with it, now or later."""
        if use.kind == "import" or use.kind == "iterate" or use.context == Context.TYPE:
            return False
        if isinstance(value, (Made, Typed)):
            return False
        return use.kind in _RUNS or use.context == Context.VALUE

    def run_by(self, use: Use, value: Value) -> Iterator[Unit]:
        """The units that a use of a value runs, or may run later."""
        while isinstance(value, Held):
            value = value.value
        if isinstance(value, Unit):
            if use.kind == "load" and not self._is_property(value) and use.context != Context.VALUE:
                return
            if not self._tree.is_sanctioned(value.path):
                yield value
        elif isinstance(value, Instance) and use.kind == "call":
            for member in self._evaluator.class_member(Unit(value.path, value.scope), "__call__", (), set()):
                if isinstance(member, Unit):
                    yield member

    def way(self, unit: Unit, way: Way, onward: Way) -> Way:
        """The whole way through a unit: how it was come by, the unit, and onward from it."""
        dotted = self._tree.dotted(unit)
        named = way if dotted in way else (*way, dotted)
        return (*named, *(one for one in onward if one not in named))

    def _spread(self, uses: Iterable[tuple[str, Use, Values]]) -> None:
        """Carry every symbol back to whatever calls what uses it, never out of a sanctioned module."""
        callers: dict[Unit, dict[Unit, Way]] = {}
        starts: dict[str, list[tuple[Unit, Way]]] = {}
        for path, use, values in uses:
            if self._tree.is_sanctioned(path):
                continue
            owners = [Unit(path, scope) for scope in self._tree.facts[path].enclosing(use.scope)]
            owners = [
                unit for unit in owners if self._tree.facts[path].scopes[unit.scope].kind != "comprehension"
            ]
            for value, way in values.items():
                if not self.runs(use, value) and not self._is_made(use, value):
                    continue
                reached = self._target(value)
                for owner in owners:
                    if reached is not None:
                        starts.setdefault(reached, []).append((owner, way))
                    for unit in self.run_by(use, value):
                        callers.setdefault(unit, {}).setdefault(owner, way)
        for target, units in starts.items():
            self._reached[target] = self._backwards(units, callers)

    def _backwards(
        self,
        starts: list[tuple[Unit, Way]],
        callers: Mapping[Unit, Mapping[Unit, Way]],
    ) -> dict[Unit, Way]:
        reached: dict[Unit, Way] = {}
        queue: deque[Unit] = deque()
        for unit, way in starts:
            if unit not in reached:
                reached[unit] = way
                queue.append(unit)
        while queue:
            unit = queue.popleft()
            for caller, way in callers.get(unit, {}).items():
                if caller not in reached:
                    reached[caller] = self.way(unit, way, reached[unit])
                    queue.append(caller)
        return reached

    def _is_property(self, unit: Unit) -> bool:
        return bool(_PROPERTIES & set(self._tree.facts[unit.path].scopes[unit.scope].decorators))

    def _is_made(self, use: Use, value: Value) -> bool:
        """Whether a use is of a client that its module has built: who runs it works with that."""
        return isinstance(value, Made) and use.kind in {"load", "call"} and use.context == Context.VALUE

    def _target(self, value: Value) -> str | None:
        while isinstance(value, Held):
            value = value.value
        if isinstance(value, Dynamic):
            return UNDECIDED
        return self._tree.wanted(value.dotted) if isinstance(value, (Symbol, Made)) else None
