"""Whether a value leads to a symbol: is it, holds it, or reaches it when it is called."""

from __future__ import annotations

from collections.abc import Set

from migration_tracker.scanning.linking.reach import UNDECIDED, Reach
from migration_tracker.scanning.linking.tree import Tree
from migration_tracker.scanning.linking.values import Dynamic, Held, Instance, Made, Symbol, Unit, Value


def may_lead(tree: Tree, value: Value) -> bool:
    """Whether a value may lead to any symbol, whatever the rest of the tree turns out to reach."""
    while isinstance(value, Held):
        value = value.value
    if isinstance(value, (Symbol, Made)):
        return tree.wanted(value.dotted) is not None
    return isinstance(value, (Unit, Instance, Dynamic))


class Leading:
    """Tells which values lead to one of some symbols.

    Args:
        tree: the files.
        reach: what reaches a symbol in the present tree.
        symbols: the symbols; UNDECIDED and BACKGROUND may be among them.
    """

    def __init__(self, tree: Tree, reach: Reach, symbols: Set[str]) -> None:
        self._tree = tree
        self._symbols = symbols
        self._units = {unit for symbol in symbols for unit in reach.units(symbol)}
        self._known: dict[Value, bool] = {}

    def includes(self, value: Value) -> bool:
        """Whether whoever has a value has one of the symbols, or what reaches it."""
        known = self._known.get(value)
        if known is None:
            known = self._known[value] = self._includes(value)
        return known

    def _includes(self, value: Value) -> bool:
        match value:
            case Held(inside):
                return self.includes(inside)
            case Symbol(dotted) | Made(dotted):
                return self._tree.wanted(dotted) in self._symbols
            case Unit():
                return value in self._units
            case Instance(path, scope):
                return Unit(path, scope) in self._units
            case Dynamic():
                return UNDECIDED in self._symbols
        return False
