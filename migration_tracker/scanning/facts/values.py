"""The facts of a file. Scopes hold bindings, uses point at places, and both speak in terms.

A term is a small expression without its details, written down once in `Facts.terms` and named by its number:

    ("other",)                        nothing is known
    ("text", value)                   a constant string
    ("join", left, right)             two strings, or containers, put together
    ("format", text, terms)           a text with others put in for %s
    ("import", level, module, name)   `from ..module import name`; a name of "" is the module itself
    ("name", scope, name, moment)     a name as it is read in a scope at a moment (see `Binding`)
    ("attribute", term, name)
    ("call", term, arguments, keywords)
    ("unit", scope)                   a function, lambda or class defined here
    ("either", terms)                 one of several
    ("hold", terms)                   a container of them
    ("item", term, index)             something out of a container
    ("given", scope, name)            what callers give for a parameter of that function
    ("typed", term)                   something of that type
    ("self", scope)                   an instance of the class defined in that scope
    ("class", scope)                  the class itself, or one that inherits from it
    ("super", scope)                  the bases of that class

Everything is made of numbers, texts, lists and tuples, so that JSON keeps it.
"""

from __future__ import annotations

from dataclasses import dataclass
from sys import intern
from typing import Any, Final, NamedTuple

OTHER: Final = 0
"""The number of the term ("other",)."""

DELETED: Final = -1
"""The term of a binding that takes the name away."""

Term = tuple[Any, ...]


class Context:
    """Where a name stands that is read."""

    VALUE = "value"
    ALIAS = "alias"  # `a = b`: followed through its new name
    KEPT = "kept"  # `self.a = b`, `return b`, `if b:`: as a value, but nothing is done with it here
    OPERATED = "operated"  # `with b:`, `for a in b:`, `b >> a`, `b[a]`, `await b`: Python calls methods of it
    TYPE = "type"  # an annotation, an isinstance test: nothing is built


class Binding(NamedTuple):
    """A name gets a value at a moment; moments count what the file does from top to bottom.

    `sure` says that it happens whenever its scope runs; `typing` that only type checkers see it.
    """

    moment: int
    sure: bool
    typing: bool
    term: int


class Param(NamedTuple):
    """A parameter; `star` is "", "*" or "**", `annotation` its source text.

    `needed` tells whether a call by position has to give it.
    """

    name: str
    star: str
    annotation: str
    needed: bool


class Star(NamedTuple):
    """A star import; `moment` as in `Binding`."""

    level: int
    module: str
    moment: int


class Setting(NamedTuple):
    """`owner.name = value` where the owner is defined elsewhere, such as a module."""

    owner: int
    name: str
    value: int


class Use(NamedTuple):
    """A place where a term is used: called, read, inherited from, looked up, and so on.

    Args:
        kind: call, load, base, decorator, import, item or iterate.
        scope: the number of the scope it is in.
        context: one of `Context`.
        written: the dotted name as it is written, if it is one.
        awaited: it is inside an `await`.
        dropped: it is a statement of its own; nobody sees its result.
        kept: dotted names that its result is bound to or put into.
    """

    kind: str
    scope: int
    term: int
    line: int
    column: int
    context: str
    written: str
    awaited: bool
    dropped: bool
    kept: tuple[str, ...]


@dataclass(slots=True)
class Scope:
    """A module, class, function, lambda or comprehension.

    `parent` is the number of the scope around it, -1 for the module. `doc` is the docstring of a class or
    module. `attributes` are what methods bind on
    `self`; `awaits` the dotted names read inside an `await` or an `async for`.
    """

    kind: str
    name: str
    parent: int
    line: int
    column: int
    is_async: bool
    doc: str | None
    params: list[Param]
    bindings: dict[str, list[Binding]]
    attributes: dict[str, list[int]]
    annotated: dict[str, str]
    returns: list[int]
    bases: list[int]
    decorators: list[str]
    awaits: list[str]


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything one file says.

    `settings` are attributes that are set from outside; `decorated` calls of a decorator with what it
    decorates; `words` identifiers, and strings like them, with an underscore; `leads` what each term may
    lead to (see `facts.leads`).
    """

    terms: list[Term]
    scopes: list[Scope]
    uses: list[Use]
    stars: list[Star]
    settings: list[Setting]
    decorated: list[int]
    words: dict[str, list[tuple[int, int]]]
    leads: list[int]

    def dotted(self, scope: int) -> str:
        """The name of a scope within its module, such as `Worker.start`."""
        parts = []
        while scope > 0:
            parts.append(self.scopes[scope].name)
            scope = self.scopes[scope].parent
        return ".".join(reversed(parts))

    def within(self, scope: int) -> str:
        """The innermost function or class around a place that has a name; "" at the top of the module."""
        named = [one for one in self.enclosing(scope) if not self.scopes[one].name.startswith("<")]
        return ".".join(self.scopes[one].name for one in reversed(named))

    def enclosing(self, scope: int) -> list[int]:
        """A scope and those around it, innermost first, without the module."""
        around = []
        while scope > 0:
            around.append(scope)
            scope = self.scopes[scope].parent
        return around

    def as_json(self) -> Any:
        """Lists and texts only."""
        scopes = [[getattr(scope, name) for name in Scope.__slots__] for scope in self.scopes]
        return [
            self.terms,
            scopes,
            self.uses,
            self.stars,
            self.settings,
            self.decorated,
            self.words,
            self.leads,
        ]

    @classmethod
    def from_json(cls, written: Any) -> Facts:
        """Raises TypeError, ValueError or LookupError when it was not written by `as_json`."""
        terms, scopes, uses, stars, settings, decorated, words, leads = written
        return cls(
            terms=[_shared(term) for term in terms],
            scopes=[_scope(Scope(*scope)) for scope in scopes],
            uses=[Use._make((*_shared(use[:-1]), tuple(use[-1]))) for use in uses],
            stars=[Star(*star) for star in stars],
            settings=[Setting(*setting) for setting in settings],
            decorated=decorated,
            words={
                intern(word): [(line, column) for line, column in places] for word, places in words.items()
            },
            leads=leads,
        )


def _shared(values: list[Any]) -> tuple[Any, ...]:
    """Values whose texts are those of all other files: a thousand workers name the same things."""
    return tuple([intern(value) if type(value) is str else value for value in values])


def _scope(scope: Scope) -> Scope:
    scope.params = [Param(*param) for param in scope.params]
    scope.bindings = {
        intern(name): [Binding(*one) for one in found] for name, found in scope.bindings.items()
    }
    return scope
