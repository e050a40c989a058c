"""What a rule is given, and what a rule is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from migration_tracker.scanning.facts.values import Facts, Use
from migration_tracker.scanning.facts.values import Scope as CodeScope
from migration_tracker.scanning.inventory import Finding, Judgement, Place, Rule, Status, Verdict
from migration_tracker.scanning.linking import Link
from migration_tracker.scanning.linking.values import Made, Symbol, Typed, Values

_FETCHES = frozenset({"getmany", "getone"})
_CLIENT = re.compile(r"consumer|client|kafka|reader", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Subject:
    """A worker's file as rules see it."""

    path: str
    facts: Facts
    link: Link
    findings: tuple[Finding, ...]
    status: Status

    @property
    def direct(self) -> tuple[Finding, ...]:
        """Where it builds, or may build, a client by hand."""
        return tuple(one for one in self.findings if one.rule is Rule.DIRECT and one.counts)

    @property
    def calls(self) -> Iterator[Use]:
        return (use for use in self.facts.uses if use.kind == "call")

    @property
    def fetches(self) -> Iterator[Use]:
        """Calls that read messages from an old client, or from something called like one."""
        for use in self.calls:
            receiver, _, method = use.written.rpartition(".")
            if method in _FETCHES:
                term = self.facts.terms[use.term]
                owner = self.facts.terms[term[1]] if term[0] == "call" else ("other",)
                values = self.values(owner[1]) if owner[0] == "attribute" else {}
                if self.is_legacy_client(values) or (not values and _CLIENT.search(receiver)):
                    yield use

    @property
    def functions(self) -> Iterator[CodeScope]:
        """The functions and methods that have a name."""
        return (one for one in self.facts.scopes if one.kind == "function" and one.name != "<lambda>")

    def values(self, term: int) -> Values:
        """What a term of the file may stand for."""
        return self.link.values_of(self.path, term)

    def called(self, use: Use) -> Values:
        """What a call calls."""
        term = self.facts.terms[use.term]
        return self.values(term[1]) if term[0] == "call" else {}

    def is_legacy_client(self, values: Values) -> bool:
        """Whether any of the values is an old client."""
        legacy = self.link.tree.scope.legacy
        return any(isinstance(value, (Made, Typed)) and value.dotted in legacy for value in values)

    def is_replacement(self, values: Values) -> bool:
        """Whether any of the values is a symbol of the replacement."""
        replacement = self.link.tree.scope.replacement
        return any(isinstance(value, Symbol) and value.dotted in replacement for value in values)

    def place(self, one: Use | CodeScope | Finding) -> Place:
        return Place(self.path, one.line, one.column)


Judge = Callable[[Subject], tuple[Verdict, str, Iterable[Place]]]


@dataclass(frozen=True, slots=True)
class ItemRule:
    """A checklist item that the scanner answers.

    Args:
        item: the item's key.
        judge: the verdict, its reason in a sentence, and the places it speaks of.
        met: programs that meet the item.
        unmet: programs that do not.
        unknown: programs of which the scanner cannot tell.
    """

    item: str
    judge: Judge
    met: tuple[str, ...]
    unmet: tuple[str, ...]
    unknown: tuple[str, ...] = ()

    def judgement(self, subject: Subject) -> Judgement:
        """The verdict on a worker; places are ordered and told once."""
        verdict, reason, places = self.judge(subject)
        return Judgement(self.item, verdict, reason, tuple(sorted(set(places))))


def listed(names: Iterable[str]) -> str:
    """Names for a reason: each once, in order, in code quotes."""
    return ", ".join(f"`{name}`" for name in dict.fromkeys(names))


def count(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun."""
    return f"{number} {one if number == 1 else many or one + 's'}"
