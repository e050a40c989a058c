"""The files of a tree, linked: what each use stands for, what that leads to, and who is led there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass

from migration_tracker.scanning.facts.values import Facts, Term, Use
from migration_tracker.scanning.facts.visible import visible
from migration_tracker.scanning.linking.evaluate import Evaluator
from migration_tracker.scanning.linking.gifts import Gift, gifts
from migration_tracker.scanning.linking.hits import Hit, Hits
from migration_tracker.scanning.linking.reach import BACKGROUND, UNDECIDED, Reach, Steppers, Steps
from migration_tracker.scanning.linking.tasks import Tasks
from migration_tracker.scanning.linking.tree import Tree
from migration_tracker.scanning.linking.values import (
    Dynamic,
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
)
from migration_tracker.scanning.modules import Modules
from migration_tracker.scanning.scope import Scope


@dataclass(frozen=True, slots=True)
class Linked:
    """One file, linked.

    Args:
        uses: its uses that stand for something.
        steps: what it adds to the ways back.
        shown: what its names lead to.
        handed: what it gives to functions of files that were not parsed, by their paths.
        gifts: what it may give to functions that keep it, with what that stands for.
    """

    uses: tuple[tuple[Use, Values], ...]
    steps: Steps
    shown: tuple[tuple[str, Value], ...]
    handed: tuple[tuple[str, Value], ...]
    gifts: tuple[tuple[Gift, Value], ...]


class Link:
    """Links the files of a tree, and goes over to another tree at the cost of what differs.

    Args:
        scope: what is looked for.
        with_tasks: whether `loose` will be asked.
    """

    def __init__(self, scope: Scope, *, with_tasks: bool = False) -> None:
        self.tree = Tree(scope)
        self._evaluator = Evaluator(self.tree)
        self._tasks = Tasks(self._evaluator)
        self._steppers = Steppers(self._evaluator, self._tasks if with_tasks else None)
        self._hits = Hits(self.tree, self._steppers)
        self._linked: dict[str, Linked] = {}
        self._reach = Reach(self._evaluator, ())

    def update(self, modules: Modules, facts: Mapping[str, Facts]) -> Set[str]:
        """Go over to another tree; returns the files of which the hits may be other than before.

        Args:
            modules: the modules of the tree.
            facts: the facts of its files that matter, by path.
        """
        affected = self._evaluator.update(modules, facts)
        all_affected: set[str] = set()
        before = self._reach
        while affected:
            all_affected |= affected
            for path in affected:
                self._linked.pop(path, None)
            for path in facts:
                if path not in self._linked:
                    with self._evaluator.on_behalf_of(path):
                        self._linked[path] = self._link(path)
            self._reach = Reach(self._evaluator, (self._linked[path].steps for path in facts))
            affected = self._evaluator.forget(self._given(affected))
        return all_affected if self._reach.is_as(before) else facts.keys() | all_affected

    def _given(self, affected: Set[str]) -> set[str]:
        """Take what leads to a symbol among what is given; returns what that changes."""
        symbols = {*self.tree.scope.legacy, *self.tree.scope.replacement, UNDECIDED}
        units = {unit for symbol in symbols for unit in self._reach.units(symbol)}
        gifts = self._evaluator.gifts
        changed: set[str] = set()
        for path in affected - self._linked.keys():
            changed |= gifts.replace(path, ())
        for path, linked in self._linked.items():
            if linked.gifts or path in affected:
                leading = (gift for gift, value in linked.gifts if self._leads(value, symbols, units))
                changed |= gifts.replace(path, leading)
        return changed

    def hits(self, path: str) -> list[Hit]:
        """Every use of a file that reaches something; they are the same until `update` names the file."""
        if path not in self._linked:
            return []
        with self._evaluator.on_behalf_of(path):
            return list(self._hits.of(path, self._linked[path].uses, self._reach))

    def tainted(self, symbols: Set[str]) -> dict[str, set[str]]:
        """The names that lead to one of the symbols, by the path of their module.

        Of a sanctioned module these are the symbols themselves; what it makes of them leads nowhere.
        """
        units = {unit for symbol in symbols for unit in self._reach.units(symbol)}
        found: dict[str, set[str]] = {}
        for path, linked in self._linked.items():
            for name, value in linked.shown:
                if self._leads(value, symbols, units):
                    found.setdefault(path, set()).add(name)
            for star in self.tree.facts[path].stars:
                names = {
                    symbol.rpartition(".")[2]
                    for symbol in symbols
                    if symbol.rpartition(".")[0] == star.module
                }
                if names:
                    found.setdefault(path, set()).update(names)
            for owner, name, value in self._set_elsewhere(path):
                if self._leads(value, symbols, units):
                    found.setdefault(owner, set()).add(name)
        return found

    def handed(self, symbols: Set[str]) -> set[str]:
        """The files that were not parsed and are given something that leads to one of the symbols."""
        units = {unit for symbol in symbols for unit in self._reach.units(symbol)}
        return {
            path
            for linked in self._linked.values()
            for path, value in linked.handed
            if self._leads(value, symbols, units)
        }

    def loose(self, path: str) -> list[tuple[Use, str, Way]]:
        """Where a file begins work that nobody awaits, itself or through what it calls in other files.

        Each place with the name of what is called, and with the way to what begins the work.
        """
        uses = self._linked[path].uses
        found: list[tuple[Use, str, Way]] = [(use, name, ()) for use, name in self._tasks.loose(path, uses)]
        beginning = self._reach.units(BACKGROUND)
        for use, values in uses:
            for value, way in values.items():
                if use.kind in {"call", "decorator"} and self._steppers.runs(use, value):
                    for unit in self._steppers.run_by(use, value):
                        if unit.path != path and unit in beginning and not self._is_class(unit):
                            onward = self._reach.way(unit, way, beginning[unit])
                            found.append((use, use.written.rpartition(".")[2], onward))
        return found

    def begins(self, path: str) -> bool:
        """Whether a file begins any work, awaited or not."""
        return any(True for _ in self._tasks.begun(path, self._linked[path].uses))

    def _is_class(self, unit: Unit) -> bool:
        """Making an instance runs none of the methods yet."""
        return self.tree.facts[unit.path].scopes[unit.scope].kind == "class"

    def values_of(self, path: str, term: int) -> Values:
        """What a term may stand for, for those who judge."""
        return self._evaluator.values(path, term)

    def _link(self, path: str) -> Linked:
        facts = self.tree.facts[path]
        uses = tuple(
            (use, values) for use in facts.uses if (values := _that_matter(self._values(path, facts, use)))
        )
        calls = [use.term for use in facts.uses if use.kind == "call"] + facts.decorated
        handed: list[tuple[str, Value]] = []
        given: list[tuple[Gift, Value]] = []
        for term in calls:
            for called in self._evaluator.values(path, facts.terms[term][1]):
                if isinstance(called, Unread):
                    handed += self._handed(path, facts.terms[term], called)
                elif isinstance(called, Unit) and self.tree.keepers(called.path):
                    given += [
                        (gift, value)
                        for gift in gifts(self.tree, path, facts.terms[term], called)
                        for value in self._evaluator.values(*gift.given)
                        if self._may_lead(value)
                    ]
        shown = tuple(
            (name, value)
            for name in facts.scopes[0].bindings
            for binding in visible(facts, 0, name, None) or ()
            if binding.term >= 0
            for value in self._evaluator.values(path, binding.term)
            if self._may_lead(value)
        )
        return Linked(uses, self._steppers.steps(path, uses), shown, tuple(handed), tuple(given))

    def _handed(self, path: str, call: Term, called: Unread) -> Iterator[tuple[str, Value]]:
        _, _, positional, named = call
        for given in (*positional, *(value for _, value in named)):
            for value in self._evaluator.values(path, given):
                if self._may_lead(value):
                    yield called.path, value

    def _set_elsewhere(self, path: str) -> Iterator[tuple[str, str, Value]]:
        """The attributes that a file sets on other modules: by the path of the module, with what they get."""
        for dotted, term in self.tree.set_by(path):
            owner, _, name = dotted.rpartition(".")
            target = self.tree.modules.path(owner) or self.tree.modules.path(owner.rpartition(".")[0])
            if target is not None:
                for value in self._evaluator.values(path, term):
                    yield target, name, value

    def _may_lead(self, value: Value) -> bool:
        match value:
            case Held(inside):
                return self._may_lead(inside)
            case Symbol(dotted) | Made(dotted):
                return self.tree.wanted(dotted) is not None
        return isinstance(value, (Unit, Instance, Dynamic))

    def _leads(self, value: Value, symbols: Set[str], units: Set[Unit]) -> bool:
        """Whether whoever has a value has one of the symbols, or what reaches it."""
        match value:
            case Held(inside):
                return self._leads(inside, symbols, units)
            case Symbol(dotted) | Made(dotted):
                return self.tree.wanted(dotted) in symbols
            case Unit():
                return value in units
            case Instance(path, scope):
                return Unit(path, scope) in units
            case Dynamic():
                return UNDECIDED in symbols
        return False

    def _values(self, path: str, facts: Facts, use: Use) -> Values:
        term = facts.terms[use.term]
        if use.kind == "item":  # of what a container gives, only that it cannot be told
            values = self._evaluator.values(path, use.term)
            return {value: way for value, way in values.items() if isinstance(value, Dynamic)}
        if use.kind == "call" and term[0] == "call":
            values = dict(self._evaluator.values(path, term[1]))
            if any(isinstance(value, (Symbol, Namespace)) for value in values):
                # import_module(name) is told where it is called, what is then done with the module is not.
                # What getattr gives is told where it is called; if it is handed on at once, here.
                is_handed_on = Symbol("builtins.getattr") in values and use.kept in ((), ("return",))
                told = (Dynamic, Symbol) if is_handed_on else Dynamic
                given = self._evaluator.values(path, use.term).items()
                return values | {value: way for value, way in given if isinstance(value, told)}
            return {value: way for value, way in values.items() if not isinstance(value, Dynamic)}
        return self._evaluator.values(path, use.term)


def _that_matter(values: Values) -> Values:
    if any(isinstance(value, Unread) for value in values):
        return {value: way for value, way in values.items() if not isinstance(value, Unread)}
    return values
