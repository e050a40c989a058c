"""What a term may stand for once the files of a tree are put side by side."""

from __future__ import annotations

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


Value = Symbol | ModuleValue | Unit | Instance | Made | Typed | Held | Dynamic

Values = dict[Value, Way]
"""Everything a term may stand for, each with the way it came."""
