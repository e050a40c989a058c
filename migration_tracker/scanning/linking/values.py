"""What a term may stand for once the files of a tree are put side by side.

Values are compared and looked up all the time, so they are tuples; `kind` keeps those of one kind apart from
those of another that hold the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

Way = tuple[str, ...]
"""The dotted names a value was passed on by, from file to file."""


class Symbol(NamedTuple):
    """Something from outside the tree, or a symbol the definition names."""

    dotted: str
    kind: str = "symbol"


class ModuleValue(NamedTuple):
    """A module of the tree, or a package of it without a file."""

    module: str
    kind: str = "module"


class Unit(NamedTuple):
    """A function or class that is defined in a file of the tree."""

    path: str
    scope: int
    kind: str = "unit"


class Instance(NamedTuple):
    """An instance of a class of the tree."""

    path: str
    scope: int
    kind: str = "instance"


class Made(NamedTuple):
    """What calling a symbol gave."""

    dotted: str
    kind: str = "made"


class Typed(NamedTuple):
    """Something said to be an instance of a symbol; nothing here made it."""

    dotted: str
    kind: str = "typed"


class Held(NamedTuple):
    """A container of a value."""

    value: Value
    kind: str = "held"


class Dynamic(NamedTuple):
    """A module or a member of one, by a name that cannot be resolved."""

    dotted: str
    kind: str = "dynamic"


class Unread(NamedTuple):
    """Something of a file of the tree that was not parsed, since it names nothing that matters."""

    path: str
    kind: str = "unread"


class Namespace(NamedTuple):
    """The names of a module or a class by their texts, as `vars()` gives them."""

    owner: Value
    kind: str = "namespace"


class Getter(NamedTuple):
    """What takes a member of whatever it is given, as `operator.attrgetter("a.b")`."""

    names: tuple[str, ...]
    kind: str = "getter"


Value = Symbol | ModuleValue | Unit | Instance | Made | Typed | Held | Dynamic | Unread | Namespace | Getter

Values = dict[Value, Way]
"""Everything a term may stand for, each with the way it came."""


def held(value: Value) -> Held:
    """A container of a value; a container of containers is one."""
    return value if isinstance(value, Held) else Held(value)


def merged(found: Iterable[Values]) -> Values:
    """Everything that is found, each by its shortest way."""
    together: Values = {}
    for values in found:
        for value, way in values.items():
            if value not in together or len(way) < len(together[value]):
                together[value] = way
    return together
