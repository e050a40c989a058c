"""What a value comes to in the end, so that whether it leads to a symbol is one look into a set."""

from __future__ import annotations

from collections.abc import Set

from migration_tracker.scanning.linking.reach import UNDECIDED, Reach
from migration_tracker.scanning.linking.tree import Tree
from migration_tracker.scanning.linking.values import Dynamic, Held, Instance, Made, Symbol, Unit, Value

End = Unit | str
"""The function or class that a value runs, is or is an instance of; or a symbol, UNDECIDED among them."""


def end(tree: Tree, value: Value) -> End | None:
    """What a value comes to; None if it leads to no symbol, whatever the rest of the tree reaches."""
    while isinstance(value, Held):
        value = value.value
    if isinstance(value, Unit):
        return value
    if isinstance(value, (Symbol, Made)):
        return tree.wanted(value.dotted)
    if isinstance(value, Instance):
        return Unit(value.path, value.scope)
    return UNDECIDED if isinstance(value, Dynamic) else None


def leading(reach: Reach, symbols: Set[str]) -> Set[End]:
    """What leads to one of some symbols: these themselves, and what reaches them in the present tree.

    Args:
        reach: what reaches a symbol.
        symbols: the symbols; UNDECIDED and BACKGROUND may be among them.
    """
    return {*symbols, *(unit for symbol in symbols for unit in reach.units(symbol))}
