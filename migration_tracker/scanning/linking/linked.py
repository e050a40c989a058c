"""One file, linked: what its uses stand for, what its names lead to, and what it gives away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from migration_tracker.scanning.facts.leads import FOLLOW
from migration_tracker.scanning.facts.values import Facts, Term, Use
from migration_tracker.scanning.facts.visible import visible
from migration_tracker.scanning.linking.evaluate import Evaluator
from migration_tracker.scanning.linking.gifts import Gift, gifts
from migration_tracker.scanning.linking.leading import End, end
from migration_tracker.scanning.linking.reach import Steppers, Steps
from migration_tracker.scanning.linking.values import Dynamic, Namespace, Symbol, Unit, Unread, Values

Uses = tuple[tuple[Use, Values], ...]


class Linked(NamedTuple):
    """One file, linked.

    Args:
        uses: its uses that stand for something.
        steps: what it adds to the ways back.
        shown: its names, with what they come to.
        handed: the paths of files that were not parsed, with what it gives to their functions.
        gifts: what it may give to functions that keep it, with what that comes to.
        ends: all that its names and what it hands on come to.
    """

    uses: Uses
    steps: Steps
    shown: tuple[tuple[str, End], ...]
    handed: tuple[tuple[str, End], ...]
    gifts: tuple[tuple[Gift, End], ...]
    ends: frozenset[End]


class Linker:
    """Links files one by one.

    Args:
        evaluator: knows the tree.
        steppers: finds what a file adds to the ways back.
        with_tasks: whether uses count that may begin work which is not awaited.
    """

    def __init__(self, evaluator: Evaluator, steppers: Steppers, *, with_tasks: bool) -> None:
        self._evaluator = evaluator
        self._tree = evaluator.tree
        self._steppers = steppers
        self._with_tasks = with_tasks

    def link(self, path: str) -> Linked:
        """A file of the tree, linked as the tree is now."""
        facts = self._tree.facts[path]
        with self._evaluator.on_behalf_of(path):
            follow = self._followed(path, facts)
            uses = self._uses(path, facts, follow)
            handed, given = self._given_away(path, facts, follow)
            shown = tuple(self._shown(path, facts, follow))
            ends = frozenset([one for _, one in (*shown, *handed)])
            return Linked(uses, self._steppers.steps(path, uses), shown, tuple(handed), tuple(given), ends)

    def _followed(self, path: str, facts: Facts) -> list[bool]:
        """Which terms of a file may lead to a symbol, or anywhere in the tree."""
        bits = bit = FOLLOW
        for term in facts.terms:
            if term[0] == "import":
                bit <<= 1
                package = term[2].partition(".")[0]
                if not term[1]:
                    self._evaluator.looks_at(package)
                if term[1] or not self._tree.is_outside(package):
                    bits |= bit
        return [bool(one & bits) for one in self._tree.leads(path)]

    def _uses(self, path: str, facts: Facts, follow: Sequence[bool]) -> Uses:
        told: dict[tuple[str, int, bool], Values] = {}
        found: list[tuple[Use, Values]] = []
        for use in facts.uses:
            if not (follow[use.term] or self._with_tasks):
                continue
            key = use.kind, use.term, _is_handed_on(use)
            values = told.get(key)
            if values is None:
                values = told[key] = self._that_matter(self._values(path, facts, use))
            if values:
                found.append((use, values))
        return tuple(found)

    def _that_matter(self, values: Values) -> Values:
        """The values that may lead to a symbol; for tasks, all but those of files that were not parsed."""
        kept = {
            value: way
            for value, way in values.items()
            if (not isinstance(value, Unread) if self._with_tasks else end(self._tree, value) is not None)
        }
        return values if len(kept) == len(values) else kept

    def _values(self, path: str, facts: Facts, use: Use) -> Values:
        term = facts.terms[use.term]
        if use.kind == "item":  # of what a container gives, only that it cannot be told
            values = self._evaluator.values(path, use.term)
            return {value: way for value, way in values.items() if isinstance(value, Dynamic)}
        if use.kind == "call" and term[0] == "call":
            values = self._evaluator.values(path, term[1])
            if any(isinstance(value, (Symbol, Namespace)) for value in values):
                # import_module(name) is told where it is called, what is then done with the module is not.
                # What getattr gives is told where it is called; if it is handed on at once, here.
                is_handed_on = Symbol("builtins.getattr") in values and _is_handed_on(use)
                told = (Dynamic, Symbol) if is_handed_on else Dynamic
                given = self._evaluator.values(path, use.term).items()
                return values | {value: way for value, way in given if isinstance(value, told)}
            return {value: way for value, way in values.items() if not isinstance(value, Dynamic)}
        return self._evaluator.values(path, use.term)

    def _shown(self, path: str, facts: Facts, follow: Sequence[bool]) -> Iterator[tuple[str, End]]:
        for name in facts.scopes[0].bindings:
            for binding in visible(facts, 0, name, None) or ():
                if binding.term >= 0 and follow[binding.term]:
                    for one in self._ends(path, binding.term):
                        yield name, one

    def _given_away(
        self, path: str, facts: Facts, follow: Sequence[bool]
    ) -> tuple[list[tuple[str, End]], list[tuple[Gift, End]]]:
        handed: list[tuple[str, End]] = []
        given: list[tuple[Gift, End]] = []
        calls = [use.term for use in facts.uses if use.kind == "call"] + facts.decorated
        for term in calls:
            if not follow[facts.terms[term][1]]:
                continue
            for called in self._evaluator.values(path, facts.terms[term][1]):
                if isinstance(called, Unread):
                    handed += self._handed(path, facts.terms[term], called)
                elif isinstance(called, Unit) and self._tree.keepers(called.path):
                    given += [
                        (gift, one)
                        for gift in gifts(self._tree, path, facts.terms[term], called)
                        for one in self._ends(*gift.given)
                    ]
        return handed, given

    def _handed(self, path: str, call: Term, called: Unread) -> Iterator[tuple[str, End]]:
        _, _, positional, named = call
        for given in (*positional, *(value for _, value in named)):
            for one in self._ends(path, given):
                yield called.path, one

    def _ends(self, path: str, term: int) -> list[End]:
        """What a term comes to, as far as that may lead to a symbol."""
        ends = [end(self._tree, value) for value in self._evaluator.values(path, term)]
        return [one for one in ends if one is not None]


def _is_handed_on(use: Use) -> bool:
    """Whether what a use gives gets no name where it is used."""
    return use.kept in ((), ("return",))
