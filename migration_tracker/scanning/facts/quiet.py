"""Which terms lead nowhere, whatever other files say: constants, parameters, and what is made of them.

Most of what a file uses is of this kind, and whoever follows names may pass over it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from migration_tracker.scanning.facts.values import Term

_TELLING = frozenset({"__import__", "eval", "exec", "getattr", "globals", "locals", "vars"})
_RESOLVERS = ("import_object", "import_string", "resolve_name")
"""Names that no file has to bind, and that may lead somewhere all the same; the latter are ends of names."""

_DEAD = frozenset({"other", "text", "format"})
_ALIVE = frozenset({"import", "unit", "self", "class", "super", "given"})


def quiet(
    terms: Sequence[Term], bound: Mapping[int, Sequence[int] | None], *, has_stars: bool
) -> frozenset[int]:
    """The terms of a file that can stand for nothing but constants, Python's own names, and what these make.

    A name that no scope binds is Python's, unless the file has a star import. What is called with something
    that leads somewhere may keep it, so that the call may lead there too.

    Args:
        terms: the terms of the file.
        bound: by term, for each that is a name, the terms that it may be bound to; None if no scope binds it.
        has_stars: whether the file has a star import.
    """
    alive = [False] * len(terms)
    left: list[tuple[int, Sequence[int]]] = []
    for number, term in enumerate(terms):
        kind = term[0]
        if kind == "name":
            parts = bound[number]
            if parts is not None:
                left.append((number, parts))
            else:
                alive[number] = has_stars or term[2] in _TELLING or term[2].endswith(_RESOLVERS)
        elif kind in _ALIVE or (kind == "attribute" and term[2] == "__dict__"):
            alive[number] = True
        elif kind not in _DEAD:
            left.append((number, _made_of(term)))
    count = -1
    while count != len(left):  # a loop binds names to what stands further down
        count, rest = len(left), left
        left = []
        for number, parts in rest:
            for part in parts:
                if alive[part]:
                    alive[number] = True
                    break
            else:
                left.append((number, parts))
    return frozenset([number for number, is_alive in enumerate(alive) if not is_alive])


def _made_of(term: Term) -> Sequence[int]:
    """The terms that what a term stands for may come from."""
    kind = term[0]
    if kind == "call":
        _, function, positional, named = term
        return (function, *positional, *[value for _, value in named])
    if kind in ("either", "hold"):
        parts: Sequence[int] = term[1]
        return parts
    return (term[1], term[2]) if kind in ("item", "join") else (term[1],)
