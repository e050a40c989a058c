"""Members of what a term stands for: of modules, classes, instances, containers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from migration_tracker.scanning.linking.values import (
    Dynamic,
    Held,
    Instance,
    Made,
    ModuleValue,
    Namespace,
    Symbol,
    Unit,
    Unread,
    Value,
    Values,
    Way,
    merged,
)

if TYPE_CHECKING:
    from migration_tracker.scanning.linking.evaluate import Evaluator

_DESCRIBING = frozenset(
    {"__name__", "__qualname__", "__doc__", "__module__", "__annotations__", "__version__"}
)
_LONGEST_NAME = 200


class Members:
    """Looks members up."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._tree = evaluator.tree

    def attribute(self, value: Value, name: str, way: Way) -> Values:
        """What an attribute of a value stands for.

        Args:
            way: the way the value itself came.
        """
        if name in _DESCRIBING:
            return {}
        if name == "__dict__":
            return {Namespace(value): way}
        match value:
            case Symbol(dotted):
                if self._tree.wanted(dotted):  # a member of the client's class is as good as the class
                    return {value: way}
                member = f"{dotted}.{name}"
                if len(member) > _LONGEST_NAME or dotted.startswith("builtins."):
                    return {}
                return {Symbol(self._tree.wanted(member) or member): way}
            case ModuleValue(module):
                members = self._evaluator.names.member(module, name)
                return {found: (*way, *more) for found, more in members.items()}
            case Instance() if name == "__class__":
                return {Unit(value.path, value.scope): way}
            case Unit() | Instance():
                if isinstance(value, Unit) and self._is_wrapped(value):
                    return {value: way}
                found = self._described(self.of_class(Unit(value.path, value.scope), name, way))
                if isinstance(value, Unit) and self._is_member_of_enum(value, name):
                    return {Instance(value.path, value.scope): way} | found
                if not found and isinstance(value, Instance) and name != "__getattr__":
                    return self.attribute(value, "__getattr__", way)  # which runs when the name is read
                return found
            case Held() | Dynamic() | Unread():
                return {value: way}
            case Made():  # a member of what was built is as good as the whole
                return {value: way}
            case Namespace():  # vars(module).get
                return {value: way}
        return {}

    def by_text(self, path: str, owner: Value, names: set[str] | None, told: str, way: Way) -> Values:
        """Members by names that were put together; undecided if they are not known and it may matter.

        Args:
            path: the file where that happens.
            told: what the finding says of it.
        """
        if names is not None:
            if isinstance(owner, ModuleValue) and self._tree.modules.path(owner.module) == path:
                return merged(self._evaluator.names.own(path, name) for name in names)
            return merged(self.attribute(owner, name, way) for name in names)
        return {Dynamic(told): way} if self.may_hold_a_client(owner) else {}

    def of_class(self, unit: Unit, name: str, way: Way, seen: set[Unit] | None = None) -> Values:
        """What a name is on a class or its instances, looked up in the class and then in its bases."""
        seen = set() if seen is None else seen
        if unit in seen:
            return {}
        seen.add(unit)
        self._evaluator.looks_at(unit.path)
        scope = self._tree.facts[unit.path].scopes[unit.scope]
        terms: list[int] = []
        if scope.kind == "class":
            terms = [one.term for one in scope.bindings.get(name, ()) if one.term >= 0]
            terms += scope.attributes.get(name, [])
        found = merged(
            [
                self._evaluator.all_of(unit.path, terms),
                self._evaluator.names.set_outside(f"{self._tree.dotted(unit)}.{name}"),
            ]
        )
        if found or terms:
            return {value: way + more for value, more in found.items()}
        for base in self.bases(unit):
            if isinstance(base, Unit):
                inherited = self.of_class(base, name, way, seen)
                if inherited:
                    return {
                        value: more or ((self._tree.dotted(value),) if isinstance(value, Unit) else ())
                        for value, more in inherited.items()
                    }
        return {}

    def _is_wrapped(self, unit: Unit) -> bool:
        """Whether a function is a property, or what a decorator made of it: its members are as good as it."""
        scope = self._tree.facts[unit.path].scopes[unit.scope]
        return scope.kind == "function" and (bool(scope.decorators) or scope.name == "__get__")

    def _described(self, found: Values) -> Values:
        """Members, with what a descriptor runs in its stead."""
        told: Values = {}
        for value, way in found.items():
            getter: Values = {}
            if isinstance(value, Instance):
                getter = self.of_class(Unit(value.path, value.scope), "__get__", way)
            told |= getter or {value: way}
        return told

    def _is_member_of_enum(self, unit: Unit, name: str) -> bool:
        """Whether a name of a class is one of its instances, as in `class Kind(Enum): KAFKA = 1`."""
        scope = self._tree.facts[unit.path].scopes[unit.scope]
        if not scope.bases or name not in scope.bindings:
            return False
        return any(isinstance(base, Symbol) and base.dotted.startswith("enum.") for base in self.bases(unit))

    def bases(self, unit: Unit) -> Iterable[Value]:
        """What a class inherits from, directly."""
        scope = self._tree.facts[unit.path].scopes[unit.scope]
        return [value for term in scope.bases for value in self._evaluator.values(unit.path, term)]

    def may_hold_a_client(self, value: Value) -> bool:
        """Whether a member of a value, by some name, is one of the old clients."""
        match value:
            case Dynamic():
                return True
            case Symbol(dotted):
                return any(symbol.startswith(f"{dotted}.") for symbol in self._tree.scope.legacy)
            case ModuleValue(module):
                self._evaluator.looks_at(module)
                path = self._tree.modules.path(module)
                if path is not None:
                    self._evaluator.looks_at(path)
                facts = self._tree.facts.get(path or "")
                if path is None or facts is None or self._tree.is_sanctioned(path):
                    return False
                return any(
                    isinstance(found, (Symbol, Made)) and found.dotted in self._tree.scope.legacy
                    for name in facts.scopes[0].bindings
                    for found in self._evaluator.names.member(module, name)
                )
        return False
