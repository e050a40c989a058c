"""What names stand for: those of a file, of the modules it imports from, and of what is shown with a star."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migration_tracker.scanning.facts.values import Binding
from migration_tracker.scanning.facts.visible import visible
from migration_tracker.scanning.linking.definitions import definitions
from migration_tracker.scanning.linking.values import (
    ModuleValue,
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


class Names:
    """Looks names up in a tree."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._tree = evaluator.tree
        self._symbols: dict[Unit, str] = {}
        self._own: set[str] = set()

    def settle(self) -> set[str]:
        """Find the definition's symbols in the tree anew; returns the files where that changed anything."""
        before, self._symbols = self._symbols, definitions(self._tree)
        self._own = {self._tree.dotted(unit) for unit in self._symbols}
        return {unit.path for unit, _ in before.items() ^ self._symbols.items()}

    def name(self, path: str, scope: int, name: str, moment: int) -> Values:
        """What a name stands for where it is read."""
        bindings = visible(self._tree.facts[path], scope, name, moment)
        if bindings is not None:
            return self._bound_or_starred(path, name, bindings)
        found = self._starred(path, name)
        return found or {Symbol(f"builtins.{name}"): ()}

    def own(self, path: str, name: str) -> Values:
        """What a name of a file's own module stands for in the end."""
        return self._bound(path, visible(self._tree.facts[path], 0, name, None) or [])

    def imported(self, path: str, level: int, module: str, name: str) -> Values:
        """What `from ..module import name` gives, or `import module` for an empty name."""
        absolute = self._tree.modules.absolute(path, level, module)
        if level and not absolute:
            return {}
        return self.member(absolute, name) if name else {self.module(absolute): ()}

    def module(self, dotted: str) -> Value:
        """A module by its full name."""
        self._evaluator.looks_at(dotted)
        is_here = self._tree.modules.path(dotted) is not None or self._tree.modules.is_package(dotted)
        return ModuleValue(dotted) if is_here else Symbol(dotted)

    def member(self, module: str, name: str, *, external: bool = True) -> Values:
        """What a name of a module stands for."""
        dotted = f"{module}.{name}"
        if symbol := self._tree.wanted(dotted):
            return {Symbol(symbol): ()}
        modules = self._tree.modules
        path = modules.path(module)
        self._evaluator.looks_at(module)
        if path is None and not modules.is_package(module):
            return {Symbol(dotted): ()} if external else {}
        found = merged([self._defined(path, name), self.set_outside(dotted)])
        self._evaluator.looks_at(dotted)
        if all(isinstance(value, Unread) for value in found) and (
            modules.path(dotted) is not None or modules.is_package(dotted)
        ):
            return {ModuleValue(dotted): ()}
        return {value: self._passed(dotted, value, way) for value, way in found.items()}

    def as_symbol(self, unit: Unit) -> Value:
        """The definition's symbol that a function or class is, or itself."""
        symbol = self._symbols.get(unit) or self._tree.wanted(self._tree.dotted(unit))
        return Symbol(symbol) if symbol else unit

    def _bound(self, path: str, bindings: list[Binding]) -> Values:
        return self._evaluator.all_of(path, (one.term for one in bindings if one.term >= 0))

    def _bound_or_starred(self, path: str, name: str, bindings: list[Binding]) -> Values:
        """What a name is bound to, and what a star import shows that may have come after that."""
        found = self._bound(path, bindings)
        facts = self._tree.facts[path]
        if facts.stars and bindings[0] in facts.scopes[0].bindings.get(name, ()):
            last = max((one.moment for one in bindings if one.sure), default=-1)
            return merged([found, self._starred(path, name, after=last)])
        return found

    def _defined(self, path: str | None, name: str) -> Values:
        """What a module's own file says of a name."""
        if path is None:
            return {}
        self._evaluator.looks_at(path)
        facts = self._tree.facts.get(path)
        if facts is None:
            return {Unread(path): ()}
        bindings = visible(facts, 0, name, None)
        if bindings is not None:
            return self._bound_or_starred(path, name, bindings)
        found = self._starred(path, name)
        if not found and (computed := visible(facts, 0, "__getattr__", None)):
            return self._bound(path, computed)
        return found

    def set_outside(self, dotted: str) -> Values:
        """What other files set an attribute of a module or class to, by its full name."""
        self._evaluator.looks_at(f"set {dotted}")
        return merged(self._evaluator.values(path, term) for path, term in self._tree.settings(dotted))

    def _starred(self, path: str, name: str, after: int = -1) -> Values:
        if name.startswith("_"):
            return {}
        for star in reversed(self._tree.facts[path].stars):
            if star.moment <= after:
                break
            module = self._tree.modules.absolute(path, star.level, star.module)
            if not self._shows(module, name):
                continue
            found = self.member(module, name, external=False)
            if found:
                return found
        return {}

    def _shows(self, module: str, name: str) -> bool:
        """Whether a module's `__all__`, if it has one that can be read, lists a name."""
        path = self._tree.modules.path(module)
        self._evaluator.looks_at(module)
        if path is not None:
            self._evaluator.looks_at(path)
        facts = self._tree.facts.get(path or "")
        if path is None or facts is None or "__all__" not in facts.scopes[0].bindings:
            return True
        names: set[str] = set()
        for binding in facts.scopes[0].bindings["__all__"]:
            texts = self._evaluator.texts.of(path, binding.term) if binding.term >= 0 else None
            if texts is None:
                return True
            names |= texts
        return name in names

    def _passed(self, dotted: str, value: Value, way: Way) -> Way:
        if isinstance(value, (ModuleValue, Unread)) or (way and way[0] == dotted) or dotted in self._own:
            return way
        if isinstance(value, Unit) and not way and self._tree.dotted(value) != dotted:
            return (dotted, self._tree.dotted(value))
        return (dotted, *way)
