"""What is collected while a tree is walked: terms, scopes, bindings and uses, with marks for places."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import libcst as cst

from migration_tracker.scanning.facts.marks import Marks
from migration_tracker.scanning.facts.values import OTHER, Binding, Context, Facts, Scope, Star, Term, Use


@dataclass(frozen=True, slots=True)
class Around:
    """What surrounds the expression that is read: how sure it runs, and what becomes of its value."""

    context: str = Context.VALUE
    unsure: bool = False
    typing: bool = False
    awaiting: bool = False
    dropped: bool = False
    kept: tuple[str, ...] = ()


class Collector:
    """Holds what is collected. `here` is the present scope, `around` what surrounds the present node."""

    def __init__(self) -> None:
        self.marks = Marks()
        self.here = 0
        self.around = Around()
        self.scopes: list[Scope] = []
        self._terms: list[Term] = [("other",)]
        self._numbers: dict[Term, int] = {}
        self._moment = 0
        self._scope_marks: list[int] = []
        self._uses: list[tuple[int, Use]] = []
        self._stars: list[tuple[int, Star]] = []
        self._words: dict[str, list[int]] = {}

    def facts(self, text: str, module: cst.Module) -> Facts:
        """Everything collected, with places for marks."""
        places = self.marks.places(text, module) or [(1, 1)]
        for scope, mark in zip(self.scopes, self._scope_marks, strict=True):
            scope.line, scope.column = places[mark] if mark >= 0 else (1, 1)
        return Facts(
            terms=self._terms,
            scopes=self.scopes,
            uses=[use._replace(line=places[mark][0], column=places[mark][1]) for mark, use in self._uses],
            stars=[star._replace(line=places[mark][0], column=places[mark][1]) for mark, star in self._stars],
            words={word: [places[mark] for mark in marks] for word, marks in self._words.items()},
        )

    def term(self, *term: Any) -> int:
        """The number of a term; each is written down once."""
        number = self._numbers.get(term)
        if number is None:
            number = self._numbers[term] = len(self._terms)
            self._terms.append(term)
        return number

    def either(self, *terms: int) -> int:
        """The term for one of several."""
        known = tuple(dict.fromkeys(term for term in terms if term != OTHER))
        return self.term("either", known) if len(known) > 1 else (known[0] if known else OTHER)

    def hold(self, *terms: int) -> int:
        """The term for a container of several."""
        known = tuple(dict.fromkeys(term for term in terms if term != OTHER))
        return self.term("hold", known) if known else OTHER

    def written(self, term: int) -> Term:
        """A term by its number."""
        return self._terms[term]

    def name_term(self, name: str) -> int:
        """The term of a name that is read here and now."""
        return self.term("name", self.here, name, self._moment)

    def bind(self, name: str, term: int, *, scope: int | None = None) -> None:
        """A name gets a value, in the present scope unless another is given."""
        self._moment += 1
        target = self.here if scope is None else scope
        sure = not self.around.unsure and target == self.here
        self.scopes[target].bindings.setdefault(name, []).append(
            Binding(self._moment, sure, self.around.typing, term)
        )

    def put(self, name: str, term: int) -> None:
        """What a name stands for holds one more thing, as after `name[…] = …`, wherever the name is bound."""
        if term == OTHER:
            return
        scope = self.here
        while scope > 0 and name not in self.scopes[scope].bindings:
            scope = self.scopes[scope].parent
        with self.amid(unsure=True):
            self.bind(name, self.hold(term), scope=scope)

    def use(self, kind: str, term: int, mark: int, written: str = "", *, scope: int | None = None) -> None:
        """A term is used at the place of a mark."""
        around = self.around
        context = Context.TYPE if around.typing else around.context
        where = self.here if scope is None else scope
        if around.awaiting and written:
            self.scopes[where].awaits.append(written)
        use = Use(kind, where, term, 0, 0, context, written, around.awaiting, around.dropped, around.kept)
        self._uses.append((mark, use))

    def star(self, level: int, module: str, mark: int) -> None:
        """A star import."""
        self._stars.append((mark, Star(level, module, 0, 0)))

    def word(self, word: str, mark: int) -> None:
        """An identifier that checklist rules may look for."""
        if "_" in word:
            self._words.setdefault(word, []).append(mark)

    def name(self, node: cst.Name) -> int:
        """Take a name; returns its mark."""
        mark = self.marks.name(node)
        self.word(node.value, mark)
        return mark

    def open(self, kind: str, name: str, mark: int, *, is_async: bool = False, doc: str | None = None) -> int:
        """A new scope within the present one; returns its number."""
        parent = self.here if self.scopes else -1
        self.scopes.append(Scope(kind, name, parent, 0, 0, is_async, doc, [], {}, {}, {}, [], [], [], []))
        self._scope_marks.append(mark)
        return len(self.scopes) - 1

    @contextmanager
    def inside(self, scope: int, around: Around | None = None) -> Iterator[None]:
        """Read what follows as part of a scope."""
        before = self.here, self.around
        self.here, self.around = scope, around or Around(typing=self.around.typing)
        try:
            yield
        finally:
            self.here, self.around = before

    @contextmanager
    def amid(self, **changes: Any) -> Iterator[None]:
        """Read what follows with other surroundings."""
        before = self.around
        values = {name: getattr(before, name) for name in Around.__slots__}
        self.around = Around(**(values | changes))
        try:
            yield
        finally:
            self.around = before

    def enclosing_class(self) -> int | None:
        """The class whose body or method is being read."""
        scope = self.here
        while scope > 0 and self.scopes[scope].kind != "class":
            scope = self.scopes[scope].parent
        return scope if scope > 0 else None

    def binding_scope(self) -> int:
        """The scope that a walrus binds in: not a comprehension."""
        scope = self.here
        while self.scopes[scope].kind == "comprehension":
            scope = self.scopes[scope].parent
        return scope
