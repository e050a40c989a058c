"""What a term may stand for: follows names, imports, attributes and calls from file to file.

Every answer is a set of possibilities. What is not followed (arithmetic, unknown parameters, modules outside
the tree that the definition does not name) stands for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from contextlib import contextmanager

from migration_tracker.scanning.facts.values import Facts, Term
from migration_tracker.scanning.linking.calls import Calls
from migration_tracker.scanning.linking.dependencies import LINKED, Answer, Dependencies
from migration_tracker.scanning.linking.gifts import Gifts
from migration_tracker.scanning.linking.members import Members
from migration_tracker.scanning.linking.names import Names
from migration_tracker.scanning.linking.texts import Texts
from migration_tracker.scanning.linking.tree import Tree
from migration_tracker.scanning.linking.values import (
    Dynamic,
    Held,
    Instance,
    Namespace,
    Symbol,
    Typed,
    Unit,
    Unread,
    Value,
    Values,
    held,
    merged,
)
from migration_tracker.scanning.modules import Modules

_DEEPEST = 100
_MOST_ROUNDS = 8
_MOST_VALUES = 60
_MOST_SPENT = 200_000  # steps for one answer: a fraction of a second


class Evaluator:
    """Evaluates the terms of a tree; answers are kept until what they rest on changes.

    Terms may go in circles, as functions do that call each other. What is found within a circle is
    provisional: it is asked again, beginning with what was found before, until nothing is added.
    """

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._dependencies = Dependencies()
        self.texts = Texts(self)
        self.names = Names(self)
        self.members = Members(self)
        self.calls = Calls(self)
        self.gifts = Gifts()
        self._known: dict[str, dict[int, Values]] = {}
        self._local: dict[str, set[int]] = {}
        """The answers that rest on nothing but their own file: they go with it, so nothing is noted."""
        self._is_local = True
        self._open: set[Answer] = set()
        self._circular: dict[Answer, Values] = {}
        self._before: dict[Answer, Values] = {}
        self._too_deep: list[Answer] = []
        self._spent = 0
        self._is_cut = False
        self._current: Answer | None = None

    def update(self, modules: Modules, facts: Mapping[str, Facts]) -> set[str]:
        """Go over to another tree; returns what changed, and the files that are to be linked anew."""
        changed = self.tree.update(modules, facts)
        return self.forget(changed | self.names.settle()) if changed else changed

    def forget(self, changed: Set[str]) -> set[str]:
        """Forget every answer that rests on something that changed.

        Returns what changed, and the files that are to be linked anew.
        """
        lost = [(path, term) for path in changed for term in self._known.pop(path, ())]
        for path in changed:
            self._local.pop(path, None)
        affected = self._dependencies.affected([*changed, *lost])
        for path, term in affected:
            if path in self._known:
                self._known[path].pop(term, None)
        return {*changed, *(path for path, _ in affected)}

    @contextmanager
    def on_behalf_of(self, path: str) -> Iterator[None]:
        """While a file is linked: its links rest on its facts and answers, and on those it asks for."""
        self._current = (path, LINKED)
        try:
            yield
        finally:
            self._current = None

    def looks_at(self, what: str) -> None:
        """The answer that is being found rests on something."""
        if self._current is not None and self._current[0] != what:
            self._dependencies.note(self._current, what)
            self._is_local = False

    def values(self, path: str, term: int) -> Values:
        """Everything a term of a file may stand for."""
        known = self._known.get(path)
        found = known.get(term) if known is not None else None
        if found is None:
            found = self._asked((path, term))
        asking = self._current
        if asking is not None and (
            asking[0] != path or (asking[1] != LINKED and term not in self._local.get(path, ()))
        ):
            self._dependencies.note(asking, (path, term))
            self._is_local = False
        return found

    def _asked(self, key: Answer) -> Values:
        """An answer that is not known yet, or provisional within a circle."""
        if key in self._open:
            self._is_cut = True
            return self._before.get(key, {})
        if key in self._circular:
            self._is_cut = True
            return self._circular[key]
        if len(self._open) > _DEEPEST:
            self._is_cut = True
            self._too_deep.append(key)
            return self._before.get(key, {})
        if self._spent > _MOST_SPENT:
            self._is_cut = True
            return {Dynamic("names too tangled to be followed"): ()}
        return self._find(key) if self._open else self._settle(key)

    def all_of(self, path: str, terms: Iterable[int]) -> Values:
        """Everything that any of several terms may stand for."""
        several = list(terms)
        if len(several) == 1:
            return self.values(path, several[0])
        found = [self.values(path, term) for term in several]
        self._spent += len(several) + sum(map(len, found))
        return merged(found)

    def _settle(self, key: Answer) -> Values:
        """Find an answer from the outside: until what is too deep, or lies in circles, is settled."""
        for _ in range(_MOST_ROUNDS):
            found = self._find(key)
            if not self._circular and not self._too_deep:
                self._spent = 0
                return found
            if self._spent > _MOST_SPENT:
                break
            if self._too_deep:  # begin anew from there, where it is not deep
                deep, self._too_deep = self._too_deep, []
                self._circular, self._before = {}, {}
                for path, term in deep:
                    self.values(path, term)
                continue
            if all(
                self._before.get(one, {}).keys() == values.keys() for one, values in self._circular.items()
            ):
                break
            self._before, self._circular = self._circular, {}
        for (path, term), values in self._circular.items():
            self._known.setdefault(path, {})[term] = values
        self._circular, self._before, self._too_deep = {}, {}, []
        self._spent = 0
        return found

    def _find(self, key: Answer) -> Values:
        path, term = key
        self._open.add(key)
        outer_cut, self._is_cut = self._is_cut, False
        outer, self._current = self._current, key
        outer_local, self._is_local = self._is_local, True
        found = self._evaluate(path, self.tree.facts[path].terms[term])
        self._spent += len(found)
        if len(found) > _MOST_VALUES:
            found = self._that_matter(found)
        self._current = outer
        self._open.discard(key)
        if self._is_cut:
            self._circular[key] = found
        else:
            self._known.setdefault(path, {})[term] = found
            if self._is_local:
                self._local.setdefault(path, set()).add(term)
        self._is_local = outer_local
        self._is_cut = (self._is_cut or outer_cut) and bool(self._open)
        return found

    def _that_matter(self, found: Values) -> Values:
        """Fewer values: of things from outside that are no symbol of the definition, few do for many."""
        symbols = [
            value for value in found if isinstance(value, Symbol) and not self.tree.wanted(value.dotted)
        ]
        dropped = set(symbols[_MOST_VALUES // 2 :])
        return {value: way for value, way in found.items() if value not in dropped}

    def _evaluate(self, path: str, term: Term) -> Values:
        match term[0]:
            case "name":
                return self.names.name(path, term[1], term[2], term[3])
            case "attribute":
                return merged(
                    self.members.attribute(value, term[2], way)
                    for value, way in self.values(path, term[1]).items()
                )
            case "call":
                return self.calls.result(path, term)
            case "import":
                return self.names.imported(path, term[1], term[2], term[3])
            case "unit":
                return {self.names.as_symbol(Unit(path, term[1])): ()}
            case "either":
                return self.all_of(path, term[1])
            case "hold":
                return {held(value): way for value, way in self.all_of(path, term[1]).items()}
            case "join":  # two lists put together
                joined = self.all_of(path, term[1:])
                return {value: way for value, way in joined.items() if isinstance(value, Held)}
            case "item":
                return merged(
                    self._item(path, value, term[2], way) for value, way in self.values(path, term[1]).items()
                )
            case "given":
                return self.calls.given(path, term[1], term[2])
            case "typed":
                return self._typed(self.values(path, term[1]))
            case "self":
                return {Instance(path, term[1]): ()}
            case "class":
                return {Unit(path, term[1]): ()}
            case "super":
                bases: Values = dict.fromkeys(self.members.bases(Unit(path, term[1])), ())
                return self._typed(bases)
        return {}

    def _item(self, path: str, value: Value, index: int, way: tuple[str, ...]) -> Values:
        match value:
            case Held(inside):
                return {inside: way}
            case Dynamic() | Unread():
                return {value: way}
            case Namespace(owner):
                return self.members.by_text(path, owner, self.texts.of(path, index), "__dict__", way)
            case Symbol("sys.modules"):
                return self.calls.outsiders.modules(path, self.texts.of(path, index), "sys.modules")
            case Symbol(dotted):
                return {value: way} if self.tree.wanted(dotted) else {}
            case Instance(inner, scope):
                return merged(
                    self.calls.unit_call(member, way)
                    for member in self.members.of_class(Unit(inner, scope), "__getitem__", way)
                    if isinstance(member, Unit)
                )
        return {}

    def _typed(self, values: Values) -> Values:
        found: Values = {}
        for value in values:
            if isinstance(value, Unit) and self.tree.facts[value.path].scopes[value.scope].kind == "class":
                found[Instance(value.path, value.scope)] = ()
            elif isinstance(value, Symbol):
                found[Typed(value.dotted)] = ()
        return found
