"""What a term may stand for once the files of a tree are put side by side."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

Way = tuple[str, ...]
"""The dotted names a value was passed on by, from file to file."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """Something from outside the tree, or a symbol the definition names."""

    dotted: str


@dataclass(frozen=True, slots=True)
class ModuleValue:
    """A module of the tree, or a package of it without a file."""

    module: str


@dataclass(frozen=True, slots=True)
class Unit:
    """A function or class that is defined in a file of the tree."""

    path: str
    scope: int


@dataclass(frozen=True, slots=True)
class Instance:
    """An instance of a class of the tree."""

    path: str
    scope: int


@dataclass(frozen=True, slots=True)
class Made:
    """What calling a symbol gave."""

    dotted: str


@dataclass(frozen=True, slots=True)
class Typed:
    """Something said to be an instance of a symbol; nothing here made it."""

    dotted: str


@dataclass(frozen=True, slots=True)
class Held:
    """A container of a value."""

    value: Value


@dataclass(frozen=True, slots=True)
class Dynamic:
    """A module or a member of one, by a name that cannot be resolved."""

    dotted: str


@dataclass(frozen=True, slots=True)
class Unread:
    """Something of a file of the tree that was not parsed, since it names nothing that matters."""

    path: str


@dataclass(frozen=True, slots=True)
class Namespace:
    """The names of a module or a class by their texts, as `vars()` gives them."""

    owner: Value


@dataclass(frozen=True, slots=True)
class Getter:
    """What takes a member of whatever it is given, as `operator.attrgetter("a.b")`."""

    names: tuple[str, ...]


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
