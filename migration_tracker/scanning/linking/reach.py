"""Who reaches what: every symbol is carried back from where it is used to whatever calls that."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from typing import Final, NamedTuple

from migration_tracker.scanning.facts.values import Context, Use
from migration_tracker.scanning.linking.evaluate import Evaluator
from migration_tracker.scanning.linking.tasks import Tasks
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

BACKGROUND: Final = "background"
"""Stands among the symbols that are reached for work that is begun and not awaited."""

_RUN_WHEN_READ = frozenset({"__get__", "__getattr__"})
_RUNS = frozenset({"call", "base", "decorator"})
_VALUES = frozenset({Context.VALUE, Context.KEPT, Context.OPERATED})


class Steps(NamedTuple):
    """What one file adds to the ways back.

    Args:
        starts: symbols, each with the function or class that uses it and the way between them.
        calls: functions and classes, each with what runs it and the ways between them.
        names: those of its functions and classes, each with the number of what is around it: ways tell them.
    """

    starts: tuple[tuple[str, Unit, Way], ...]
    calls: Mapping[Unit, Mapping[Unit, Way]]
    names: tuple[tuple[str, int], ...]


class Steppers:
    """Finds the steps of files. Sanctioned modules are a wall: what is used in them is carried no further.

    Args:
        evaluator: knows the tree.
        tasks: finds work that is not awaited; None if nobody will ask for it.
    """

    def __init__(self, evaluator: Evaluator, tasks: Tasks | None) -> None:
        self._evaluator = evaluator
        self._tree = evaluator.tree
        self._tasks = tasks

    def steps(self, path: str, uses: Collection[tuple[Use, Values]]) -> Steps:
        """The steps of one file, by what its uses may stand for."""
        facts = self._tree.facts[path]
        names = tuple([(scope.name, scope.parent) for scope in facts.scopes])
        if self._tree.is_sanctioned(path):
            return Steps((), {}, names)
        starts: list[tuple[str, Unit, Way]] = []
        calls: dict[Unit, dict[Unit, Way]] = {}
        seen: set[tuple[str, str, int, int]] = set()  # uses that stand for the same add nothing again
        for use, values in uses:
            key = use.kind, use.context, use.scope, id(values)
            if key in seen:
                continue
            seen.add(key)
            owners = [
                Unit(path, one)
                for one in facts.enclosing(use.scope)
                if facts.scopes[one].kind != "comprehension"
            ]
            for value, way in values.items() if owners else ():
                if not self.runs(use, value) and not self._is_made(use, value):
                    continue
                target = self._target(value)
                if target is not None:
                    starts += [(target, owner, way) for owner in owners]
                for unit in self.run_by(use, value):
                    callers = calls.setdefault(unit, {})
                    for owner in owners:
                        callers.setdefault(owner, way)
        for use, _ in self._tasks.loose(path, uses) if self._tasks else ():
            starts += [(BACKGROUND, Unit(path, one), ()) for one in facts.enclosing(use.scope)]
        return Steps(tuple(starts), calls, names)

    def runs(self, use: Use, value: Value) -> bool:
        """Whether a use of a value does something with it, now or later."""
        if use.kind == "import" or use.kind == "iterate" or use.context == Context.TYPE:
            return False
        if isinstance(value, (Made, Typed)):
            return False
        if use.kind in _RUNS or use.context in _VALUES:
            return True
        return use.kind == "load" and isinstance(value, Unit) and self._is_property(value)

    def run_by(self, use: Use, value: Value) -> Iterator[Unit]:
        """The units that a use of a value runs, or may run later."""
        while isinstance(value, Held):
            value = value.value
        if isinstance(value, Unit):
            if use.kind == "load" and not self._is_property(value) and use.context not in _VALUES:
                return
            if not self._tree.is_sanctioned(value.path):
                yield value
        elif isinstance(value, Instance) and use.kind in ("call", "decorator"):
            members = self._evaluator.members.of_class(Unit(value.path, value.scope), "__call__", ())
            for member in members:
                if isinstance(member, Unit):
                    yield member
        elif isinstance(value, Instance) and use.kind == "load" and self._is_handed_over(use):
            yield Unit(value.path, value.scope)

    @staticmethod
    def _is_handed_over(use: Use) -> bool:
        """Whether somebody else may call the methods of an instance: Python, or whoever is given it.

        What an object has and hands on is told where it is made or came from.
        """
        is_own = use.written.partition(".")[0] in ("self", "cls")
        return use.context == Context.OPERATED or (use.context == Context.VALUE and not is_own)

    def _is_property(self, unit: Unit) -> bool:
        """Whether a function runs when its name, or any other, is read."""
        scope = self._tree.facts[unit.path].scopes[unit.scope]
        return scope.name in _RUN_WHEN_READ or any(one.endswith("property") for one in scope.decorators)

    def _is_made(self, use: Use, value: Value) -> bool:
        """Whether a use is of a client that its module has built: who runs it works with that."""
        return isinstance(value, Made) and use.kind in {"load", "call"} and use.context in _VALUES

    def _target(self, value: Value) -> str | None:
        while isinstance(value, Held):
            value = value.value
        if isinstance(value, Dynamic):
            return UNDECIDED
        return self._tree.wanted(value.dotted) if isinstance(value, (Symbol, Made)) else None


class Reach:
    """The functions and classes of a tree that reach a symbol, and by what way.

    Args:
        evaluator: knows the tree.
        files: the steps of all its files.
    """

    def __init__(self, evaluator: Evaluator, files: Iterable[Steps]) -> None:
        self._tree = evaluator.tree
        self._reached: dict[str, dict[Unit, Way]] = {}
        callers: dict[Unit, list[Mapping[Unit, Way]]] = {}
        starts: dict[str, list[tuple[Unit, Way]]] = {}
        for steps in files:
            for target, owner, way in steps.starts:
                starts.setdefault(target, []).append((owner, way))
            for unit, owners in steps.calls.items():
                callers.setdefault(unit, []).append(owners)
        for target, units in starts.items():
            self._reached[target] = self._backwards(units, callers)

    def is_as(self, other: Reach) -> bool:
        """Whether the same is reached by the same ways."""
        return self is other or self._reached == other._reached

    @property
    def symbols(self) -> Set[str]:
        """The symbols that anything reaches; UNDECIDED and BACKGROUND may be among them."""
        return self._reached.keys()

    def units(self, symbol: str) -> Mapping[Unit, Way]:
        """What reaches a symbol, each with the way onward from it."""
        return self._reached.get(symbol, {})

    def way(self, unit: Unit, way: Way, onward: Way) -> Way:
        """The whole way through a unit: how it was come by, the unit, and onward from it."""
        dotted = self._tree.dotted(unit)
        named = way if dotted in way else (*way, dotted)
        return (*named, *(one for one in onward if one not in named))

    def _backwards(
        self, starts: list[tuple[Unit, Way]], callers: Mapping[Unit, Sequence[Mapping[Unit, Way]]]
    ) -> dict[Unit, Way]:
        reached: dict[Unit, Way] = {}
        queue: deque[Unit] = deque()
        for unit, way in starts:
            if unit not in reached:
                reached[unit] = way
                queue.append(unit)
        while queue:
            unit = queue.popleft()
            for owners in callers.get(unit, ()):
                for caller, way in owners.items():
                    if caller not in reached:
                        reached[caller] = self.way(unit, way, reached[unit])
                        queue.append(caller)
        return reached
