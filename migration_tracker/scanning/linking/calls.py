"""What calls give: of functions and classes of the tree, of containers, and of what cannot be told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migration_tracker.scanning.facts.values import Term
from migration_tracker.scanning.linking.gifts import name_of
from migration_tracker.scanning.linking.outsiders import Outsiders
from migration_tracker.scanning.linking.values import (
    Dynamic,
    Getter,
    Held,
    Instance,
    Made,
    Namespace,
    Symbol,
    Unit,
    Unread,
    Value,
    Values,
    Way,
    held,
    merged,
)

if TYPE_CHECKING:
    from migration_tracker.scanning.linking.evaluate import Evaluator

_FORGETS = ("typing.", "builtins.isinstance", "builtins.issubclass", "builtins.hasattr", "builtins.repr")


class Calls:
    """Finds what calls give."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.outsiders = Outsiders(evaluator)
        self._evaluator = evaluator
        self._tree = evaluator.tree

    def result(self, path: str, term: Term) -> Values:
        """Everything a call may give."""
        _, function, positional, named = term
        leads = self._tree.leads(path)
        given = tuple([one for one in (*positional, *(value for _, value in named)) if leads[one]])
        return merged(
            self._result(path, value, way, positional, dict(named), given)
            for value, way in self._evaluator.values(path, function).items()
        )

    def unit_call(self, unit: Unit, way: Way) -> Values:
        """What calling a function or class of the tree gives."""
        self._evaluator.looks_at(unit.path)
        scope = self._tree.facts[unit.path].scopes[unit.scope]
        if scope.kind == "class":
            return {Instance(unit.path, unit.scope): way}
        return self._evaluator.all_of(unit.path, scope.returns)

    def given(self, path: str, number: int, name: str) -> Values:
        """What callers anywhere give for a parameter of a function of a file."""
        function = Unit(path, number)
        self._evaluator.looks_at(name_of(function))
        return merged(
            self._evaluator.values(caller, term) for caller, term in self._evaluator.gifts.of(function, name)
        )

    def _result(
        self,
        path: str,
        value: Value,
        way: Way,
        positional: tuple[int, ...],
        named: dict[str, int],
        given: tuple[int, ...],
    ) -> Values:
        match value:
            case Symbol(dotted):
                found = self.outsiders.call(path, dotted, positional, named)
                if self._tree.wanted(dotted) or dotted.startswith(_FORGETS):
                    return found
                return merged([found, self._taken(path, given)])
            case Unit():
                return merged([self.unit_call(value, way), self._taken(path, given)])
            case Instance(inner, scope):
                members = self._evaluator.members.of_class(Unit(inner, scope), "__call__", way)
                calls = [self.unit_call(one, way) for one in members if isinstance(one, Unit)]
                return merged([*calls, self._taken(path, given)])
            case Held(inside):
                called = self.unit_call(inside, way) if isinstance(inside, Unit) else {}
                return {inside: way} | called
            case Dynamic():
                return {value: way}
            case Getter(names):
                owners = self._evaluator.all_of(path, given)
                return merged(self.outsiders.deep(owner, names, onward) for owner, onward in owners.items())
            case Namespace(owner):  # vars(module).get("name")
                texts = self._evaluator.texts.of(path, positional[0]) if positional else None
                return self._evaluator.members.by_text(path, owner, texts, "__dict__", way)
            case Made():
                return self._taken(path, given)
            case Unread():
                return {value: way} | self._taken(path, given)
        return {}

    def _taken(self, path: str, given: tuple[int, ...]) -> Values:
        """What is given to a call, which may keep it in what it gives back: a container, a wrapper."""
        return {
            held(value): way
            for value, way in self._evaluator.all_of(path, given).items()
            if self._is_of_interest(value)
        }

    def _is_of_interest(self, value: Value) -> bool:
        match value:
            case Held(inside):
                return self._is_of_interest(inside)
            case Symbol(dotted) | Made(dotted):
                return self._tree.wanted(dotted) is not None
        return isinstance(value, Unit)
