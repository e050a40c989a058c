"""The files of a tree, linked: what each use stands for, what that leads to, and who is led there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

from migration_tracker.scanning.facts.values import Facts, Use
from migration_tracker.scanning.linking.evaluate import Evaluator
from migration_tracker.scanning.linking.hits import Hit, Hits
from migration_tracker.scanning.linking.leading import End, end, leading
from migration_tracker.scanning.linking.linked import Linked, Linker
from migration_tracker.scanning.linking.reach import BACKGROUND, UNDECIDED, Reach, Steppers
from migration_tracker.scanning.linking.tasks import Tasks
from migration_tracker.scanning.linking.tree import Tree
from migration_tracker.scanning.linking.values import Unit, Values, Way
from migration_tracker.scanning.modules import Modules
from migration_tracker.scanning.scope import Scope


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
        self._linker = Linker(self._evaluator, self._steppers, with_tasks=with_tasks)
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
            if self._link(affected, facts):
                self._reach = Reach(self._evaluator, (self._linked[path].steps for path in facts))
            affected = self._evaluator.forget(self._given(affected))
        return all_affected if self._reach.is_as(before) else facts.keys() | all_affected

    def _link(self, affected: Set[str], facts: Mapping[str, Facts]) -> bool:
        """Link files that are not, or no longer as they were; tells whether that changes any way back."""
        before = {path: linked.steps for path in affected if (linked := self._linked.pop(path, None))}
        for path in facts:
            if path not in self._linked:
                self._linked[path] = self._linker.link(path)
                if before.pop(path, None) != self._linked[path].steps:
                    before[path] = self._linked[path].steps
        return bool(before)

    def _given(self, affected: Set[str]) -> set[str]:
        """Take what leads to a symbol among what is given; returns what that changes."""
        scope = self.tree.scope
        ends = leading(self._reach, {*scope.legacy, *scope.replacement, UNDECIDED})
        gifts = self._evaluator.gifts
        changed: set[str] = set()
        for path in affected - self._linked.keys():
            changed |= gifts.replace(path, ())
        for path, linked in self._linked.items():
            if linked.gifts or path in affected:
                taken = (gift for gift, one in linked.gifts if one in ends)
                changed |= gifts.replace(path, taken)
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
        ends = leading(self._reach, symbols)
        found: dict[str, set[str]] = {}
        for path, linked in self._linked.items():
            if not ends.isdisjoint(linked.ends):
                names = {name for name, one in linked.shown if one in ends}
                if names:
                    found[path] = names
            for star in self.tree.facts[path].stars:
                names = {
                    symbol.rpartition(".")[2]
                    for symbol in symbols
                    if symbol.rpartition(".")[0] == star.module
                }
                if names:
                    found.setdefault(path, set()).update(names)
        for owner, name, one in self._set_elsewhere():
            if one in ends:
                found.setdefault(owner, set()).add(name)
        return found

    def handed(self, symbols: Set[str]) -> set[str]:
        """The files that were not parsed and are given something that leads to one of the symbols.

        Their functions are called with it, or it is set on their classes.
        """
        ends = leading(self._reach, symbols)
        handed = {
            path
            for linked in self._linked.values()
            if linked.handed and not ends.isdisjoint(linked.ends)
            for path, one in linked.handed
            if one in ends
        }
        return handed | {path for path, _, one in self._set_elsewhere() if one in ends} - self._linked.keys()

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

    def _set_elsewhere(self) -> Iterator[tuple[str, str, End | None]]:
        """The attributes that files set on other modules: by the path of the module, with what they get."""
        for path, dotted, term in self.tree.set_elsewhere():
            owner, _, name = dotted.rpartition(".")
            target = self.tree.modules.path(owner) or self.tree.modules.path(owner.rpartition(".")[0])
            if target is not None:
                for value in self._evaluator.values(path, term):
                    yield target, name, end(self.tree, value)
