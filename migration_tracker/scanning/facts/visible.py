"""Which bindings hold when a name is read."""

from __future__ import annotations

from migration_tracker.scanning.facts.values import Binding, Facts


def visible(facts: Facts, scope: int, name: str, moment: int | None) -> list[Binding] | None:
    """The bindings that may hold when a name is read in a scope at a moment; None if no scope binds it.

    Within the scope that binds it, what was bound before counts, from the last sure binding on. Other scopes
    see what holds in the end.
    """
    number, own = scope, True
    while number >= 0:
        around = facts.scopes[number]
        bindings = around.bindings.get(name)
        if bindings and (around.kind != "class" or own):
            if len(bindings) == 1:
                return bindings
            bindings = [one for one in bindings if not one.typing] or bindings
            if own and moment is not None:
                bindings = [one for one in bindings if one.moment <= moment] or bindings
            return _from_last_sure(bindings)
        own = own and around.kind == "comprehension"
        number = around.parent
    return None


def _from_last_sure(bindings: list[Binding]) -> list[Binding]:
    for position in range(len(bindings) - 1, -1, -1):
        if bindings[position].sure:
            return bindings[position:]
    return bindings
