"""What callers give to functions that keep it, as `register("kafka", Client)` or `@register` do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from migration_tracker.scanning.facts.values import Term
from migration_tracker.scanning.linking.tree import Tree
from migration_tracker.scanning.linking.values import Unit

Given = tuple[str, int]
"""The path and the term of an argument."""


class Gift(NamedTuple):
    """An argument for a parameter of a function of the tree."""

    function: Unit
    parameter: str
    given: Given

    @property
    def name(self) -> str:
        """What this is called among dependencies."""
        return name_of(self.function)


class Gifts:
    """The gifts of a tree, by function and parameter."""

    def __init__(self) -> None:
        self._by_giver: dict[str, frozenset[Gift]] = {}
        self._given: dict[tuple[Unit, str], set[Given]] = {}

    def replace(self, giver: str, gifts: Iterable[Gift]) -> set[str]:
        """What a file gives from now on; returns what that changes, in the words of `Dependencies`."""
        new, old = frozenset(gifts), self._by_giver.get(giver, frozenset())
        if new == old:
            return set()
        self._by_giver[giver] = new
        for gift in old - new:
            self._given[gift.function, gift.parameter].discard(gift.given)
        for gift in new - old:
            self._given.setdefault((gift.function, gift.parameter), set()).add(gift.given)
        return {gift.name for gift in old ^ new}

    def of(self, function: Unit, parameter: str) -> list[Given]:
        """What callers give for a parameter."""
        return sorted(self._given.get((function, parameter), ()))


def name_of(function: Unit) -> str:
    """What the gifts to a function are called among dependencies."""
    return f"gift {function.path} {function.scope}"


def gifts(tree: Tree, caller: str, call: Term, called: Unit) -> Iterator[Gift]:
    """What a call gives to a function, or to the class that a function makes an instance of."""
    facts = tree.facts[called.path]
    kept = tree.keepers(called.path)
    number = called.scope
    if facts.scopes[number].kind == "class":
        makers = [one for one in kept if facts.scopes[one].parent == number]
        number = next((one for one in makers if facts.scopes[one].name == "__init__"), -1)
    if number not in kept:
        return
    _, _, positional, named = call
    scope = facts.scopes[number]
    is_method = facts.scopes[scope.parent].kind == "class" and "staticmethod" not in scope.decorators
    for position, parameter in enumerate(scope.params[1 if is_method else 0 :]):
        if parameter.name in kept[number]:
            terms = [value for key, value in named if key in (parameter.name, "**")]
            if parameter.star != "**":
                terms += positional[position:] if parameter.star else positional[position : position + 1]
            for term in terms:
                yield Gift(Unit(called.path, number), parameter.name, (caller, term))
