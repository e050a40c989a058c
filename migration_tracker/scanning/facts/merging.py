"""Makes one term of names that stand for the same wherever they are read, so that they are evaluated once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from migration_tracker.scanning.facts.leads import leads
from migration_tracker.scanning.facts.values import OTHER, Binding, Facts, Term, Use
from migration_tracker.scanning.facts.visible import visible

_WHOLE = frozenset({"class", "given", "import", "other", "self", "super", "text", "unit"})
"""Terms that are not made of others."""
_CHILDREN = {"typed": (1,), "item": (1, 2), "join": (1, 2)}


def merged(facts: Facts) -> Facts:
    """The same facts with fewer terms, and with what each of them may lead to."""
    numbers: dict[Any, int] = {}
    terms: list[Term] = []
    new: list[int] = []
    bound: dict[int, list[Binding] | None] = {}
    for term in facts.terms:
        bindings = None
        if term[0] == "name":
            bindings = visible(facts, term[1], term[2], term[3])
            key: Any = (term[2], None if bindings is None else tuple(map(id, bindings)))
        else:
            if term[0] not in _WHOLE:
                term = _renumbered(term, new)
            key = term
        number = numbers.setdefault(key, len(terms))
        if number == len(terms):
            terms.append(term)
            bound[number] = bindings
        new.append(number)
    parts = {
        number: None if bindings is None else [new[one.term] for one in bindings if one.term > OTHER]
        for number, bindings in bound.items()
    }
    for scope in facts.scopes:
        for name, bindings in scope.bindings.items():
            scope.bindings[name] = [
                one
                if one.term <= OTHER or new[one.term] == one.term
                else Binding(one.moment, one.sure, one.typing, new[one.term])
                for one in bindings
            ]
        for name, attributes in scope.attributes.items():
            scope.attributes[name] = [new[one] for one in attributes]
        scope.returns = [new[one] for one in scope.returns]
        scope.bases = [new[one] for one in scope.bases]
    return replace(
        facts,
        terms=terms,
        uses=[
            one if new[one.term] == one.term else Use._make((*one[:2], new[one.term], *one[3:]))
            for one in facts.uses
        ],
        settings=[one._replace(owner=new[one.owner], value=new[one.value]) for one in facts.settings],
        decorated=[new[one] for one in facts.decorated],
        leads=leads(terms, parts, has_stars=bool(facts.stars)),
    )


def _renumbered(term: Term, new: list[int]) -> Term:
    """A term with the new numbers of the terms that it is made of, which all come before it."""
    kind = term[0]
    if kind == "attribute":
        return (kind, new[term[1]], term[2])
    if kind == "call":
        _, function, positional, named = term
        given = tuple([(name, new[one]) for name, one in named]) if named else named
        return (kind, new[function], tuple([new[one] for one in positional]), given)
    if kind in ("either", "hold"):
        return (kind, tuple([new[one] for one in term[1]]))
    if kind == "format":
        return (kind, new[term[1]], tuple([new[one] for one in term[2]]))
    places = _CHILDREN[kind]
    return tuple([new[part] if number in places else part for number, part in enumerate(term)])
