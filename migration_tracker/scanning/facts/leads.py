"""What each term of a file may lead to: some of the file's imports, or anything else that is to be followed.

Most terms lead nowhere, whatever other files say: constants, parameters, Python's own names, and what is made
of them. Most others lead only to imports, and most of those out of the tree. Whoever follows names may pass
over both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from migration_tracker.scanning.facts.values import Term

FOLLOW = 1
"""The bit of all that is no import. The bits after it are the file's imports, in the order of their terms."""

_TELLING = frozenset({"__import__", "eval", "exec", "getattr", "globals", "locals", "vars"})
"""Names of Python's own that may lead somewhere all the same."""
_TELLING_MODULES = frozenset(
    {"builtins", "imp", "importlib", "importlib_metadata", "pkg_resources", "pkgutil", "runpy", "sys"}
)
"""Modules from outside that lead back into the tree, or to what cannot be decided."""
_RESOLVERS = ("import_object", "import_string", "methodcaller", "resolve_name")
"""Ends of names of functions that do so, in whatever module."""

_NOTHING = frozenset({"other", "text", "format"})
_FOLLOWED = frozenset({"unit", "self", "class", "super", "given"})


def leads(terms: Sequence[Term], bound: Mapping[int, Sequence[int] | None], *, has_stars: bool) -> list[int]:
    """What each term may lead to, as bits.

    A name that no scope binds is Python's, unless the file has a star import. What is called with something
    that leads somewhere may keep it, so that the call may lead there too.

    Args:
        terms: the terms of the file.
        bound: by term, for each that is a name, the terms that it may be bound to; None if no scope binds it.
        has_stars: whether the file has a star import.
    """
    found = [0] * len(terms)
    made: list[tuple[int, int, Sequence[int]]] = []
    import_bit, is_final = FOLLOW, True
    for number, term in enumerate(terms):
        kind, own = term[0], 0
        parts: Sequence[int] | None
        if kind == "name":
            parts = bound[number]
            if parts is None:
                is_telling = has_stars or term[2] in _TELLING or term[2].endswith(_RESOLVERS)
                found[number] = FOLLOW if is_telling else 0
                continue
            own = FOLLOW if has_stars else 0
        elif kind == "import":
            import_bit <<= 1
            found[number] = FOLLOW if _is_telling_import(term) else import_bit
            continue
        elif kind in _FOLLOWED:
            found[number] = FOLLOW
            continue
        elif kind in _NOTHING:
            continue
        else:
            parts = _made_of(term)
            if kind == "attribute" and (term[2] == "__dict__" or term[2].endswith(_RESOLVERS)):
                own = FOLLOW
        made.append((number, own, parts))
        for part in parts:
            own |= found[part]
            is_final = is_final and part < number
        found[number] = own
    while not is_final:  # a loop binds names to what stands further down
        is_final = True
        for number, own, parts in made:
            for part in parts:
                own |= found[part]
            if own != found[number]:
                found[number], is_final = own, False
    return found


def _is_telling_import(term: Term) -> bool:
    _, level, module, name = term
    return not level and (module.partition(".")[0] in _TELLING_MODULES or name.endswith(_RESOLVERS))


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
