"""What is collected while a tree is walked: terms, scopes, bindings and uses, each with its place."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from migration_tracker.scanning.facts.places import Place, Places
from migration_tracker.scanning.facts.values import (
    OTHER,
    Binding,
    Context,
    Facts,
    Scope,
    Setting,
    Star,
    Term,
    Use,
)


class Around(NamedTuple):
    """What surrounds the node that is read: how sure it runs, and what becomes of its value."""

    context: str = Context.VALUE
    unsure: bool = False
    typing: bool = False
    awaiting: bool = False
    dropped: bool = False
    kept: tuple[str, ...] = ()


Read = Callable[["Walk", Any], int | None]
Readers = Mapping[type[ast.AST], Read]


class Walk:
    """Walks the syntax tree of one file. `here` is the present scope, `around` what surrounds the node.

    Args:
        text: the text of the file.
        readers: what reads each type of node; an expression's reader gives its term.
    """

    def __init__(self, text: str, readers: Readers) -> None:
        self.places = Places(text)
        self.here = 0
        self.around = Around()
        self.scopes: list[Scope] = []
        self.decorated: list[int] = []
        self._readers = readers
        self._terms: list[Term] = [("other",)]
        self._numbers: dict[Term, int] = {}
        self._moment = 0
        self._uses: list[Use] = []
        self._stars: list[Star] = []
        self._settings: list[Setting] = []
        self._words: dict[str, list[Place]] = {}
        self._declared: dict[tuple[int, str], int] = {}

    @property
    def facts(self) -> Facts:
        """Everything collected."""
        return Facts(
            terms=self._terms,
            scopes=self.scopes,
            uses=self._uses,
            stars=self._stars,
            settings=self._settings,
            decorated=self.decorated,
            words=self._words,
            leads=[],
        )

    # Walking

    def read(self, node: ast.AST) -> int:
        """Read a node and what is in it; returns its term."""
        reader = self._readers.get(type(node))
        if reader is not None:
            return reader(self, node) or OTHER
        for child in ast.iter_child_nodes(node):
            self.read(child)
        return OTHER

    def all(self, nodes: list[Any]) -> None:
        """Read nodes one after the other."""
        for node in nodes:
            self.read(node)

    def amid(
        self,
        node: ast.AST,
        *,
        context: str | None = None,
        awaiting: bool | None = None,
        dropped: bool | None = None,
        kept: tuple[str, ...] | None = None,
    ) -> int:
        """Read a node with other surroundings; returns its term."""
        before = self.around
        around = (
            before.context if context is None else context,
            before.unsure,
            before.typing,
            before.awaiting if awaiting is None else awaiting,
            before.dropped if dropped is None else dropped,
            before.kept if kept is None else kept,
        )
        if around == before:
            return self.read(node)
        self.around = Around._make(around)
        term = self.read(node)
        self.around = before
        return term

    def operand(
        self, node: ast.AST, *, awaiting: bool | None = None, kept: tuple[str, ...] | None = None
    ) -> int:
        """Read something of which Python calls methods; returns its term."""
        is_named = isinstance(node, (ast.Name, ast.Attribute)) and self.around.context != Context.TYPE
        context = Context.OPERATED if is_named else None
        return self.amid(node, context=context, awaiting=awaiting, kept=kept)

    def asked(self, node: ast.expr) -> None:
        """Read what is only asked whether it is there, or holds."""
        if isinstance(node, (ast.Name, ast.Attribute)):
            self.amid(node, context=Context.KEPT)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            self.asked(node.operand)
        elif isinstance(node, ast.BoolOp):
            for one in node.values:
                self.asked(one)
        else:
            self.read(node)

    def unsure(self, nodes: list[Any], *, typing: bool = False) -> None:
        """Read statements that may not run."""
        before = self.around
        self.around = before._replace(unsure=True, typing=before.typing or typing)
        self.all(nodes)
        self.around = before

    def inside(self, scope: int, read: Callable[[], None], around: Around | None = None) -> None:
        """Read something as part of a scope."""
        before = self.here, self.around
        self.here, self.around = scope, around or Around(typing=self.around.typing)
        read()
        self.here, self.around = before

    def loop(self, read: Callable[[], None]) -> None:
        """Read what may run again: what it binds may hold when it begins anew."""
        began = self._moment
        read()
        for bindings in self.scopes[self.here].bindings.values():
            later = [one for one in bindings if one.moment > began]
            if later:
                before = [one for one in bindings if one.moment <= began]
                again = [one._replace(moment=began, sure=False) for one in later if one.term >= 0]
                bindings[:] = [*before, *again, *later]

    # Terms

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
        """The term for a container of several; what is not known is among them."""
        return self.term("hold", terms) if any(term != OTHER for term in terms) else OTHER

    def item(self, term: int, index: int = OTHER) -> int:
        """The term for something out of a container."""
        return self.term("item", term, index) if term != OTHER else OTHER

    def written(self, term: int) -> Term:
        """A term by its number."""
        return self._terms[term]

    def name_term(self, name: str) -> int:
        """The term of a name that is read here and now."""
        return self.term("name", self.here, name, self._moment)

    # Bindings

    def bind(self, name: str, term: int, *, scope: int | None = None, unsure: bool = False) -> None:
        """A name gets a value: in the present scope, where `global` points, or where it is told."""
        self._moment += 1
        target = self._declared.get((self.here, name), self.here) if scope is None else scope
        sure = not (self.around.unsure or unsure) and target == self.here
        self.scopes[target].bindings.setdefault(name, []).append(
            Binding(self._moment, sure, self.around.typing, term)
        )

    def declare(self, name: str, scope: int) -> None:
        """A name of the present scope is one of another scope."""
        self._declared[self.here, name] = scope

    def put(self, name: str, term: int) -> None:
        """What a name stands for holds one more thing, as after `name[…] = …`, wherever the name is bound."""
        held = self.term("hold", (self.given(term),))
        scope = self.binder(name)
        if scope < 0:
            for star in self._stars:
                self.set(self.term("import", star.level, star.module, ""), name, held)
            return
        for binding in self.scopes[scope].bindings[name]:
            written = self.written(binding.term) if binding.term >= 0 else ("other",)
            if written[0] == "import" and written[3]:
                self.set(self.term("import", written[1], written[2], ""), written[3], held)
        self.bind(name, held, scope=scope, unsure=True)

    def set(self, owner: int, name: str, term: int) -> None:
        """An attribute of something that is defined elsewhere gets a value."""
        if OTHER not in (owner, term):
            self._settings.append(Setting(owner, name, term))

    def binder(self, name: str) -> int:
        """The scope that binds a name as it is seen here; -1 if none does so far."""
        scope = self.here
        while scope >= 0 and name not in self.scopes[scope].bindings:
            scope = self.scopes[scope].parent
        return scope

    def is_imported(self, name: str) -> bool:
        """Whether an import binds a name as it is seen here."""
        bindings = self.scopes[max(self.binder(name), 0)].bindings.get(name, ())
        return any(one.term >= 0 and self.written(one.term)[0] == "import" for one in bindings)

    def given(self, term: int) -> int:
        """A term, or what callers give if it is a parameter."""
        written = self.written(term)
        if written[0] != "name":
            return term
        scope = self.binder(written[2])
        is_parameter = scope > 0 and any(one.name == written[2] for one in self.scopes[scope].params)
        return self.either(term, self.term("given", scope, written[2])) if is_parameter else term

    # Uses and scopes

    def use(self, kind: str, term: int, place: Place, written: str = "", *, scope: int | None = None) -> None:
        """A term is used at a place."""
        around = self.around
        context = Context.TYPE if around.typing else around.context
        where = self.here if scope is None else scope
        if around.awaiting and written:
            self.scopes[where].awaits.append(written)
        self._uses.append(
            Use(kind, where, term, *place, context, written, around.awaiting, around.dropped, around.kept)
        )

    def star(self, level: int, module: str) -> None:
        """A star import."""
        self._moment += 1
        self._stars.append(Star(level, module, self._moment))

    def word(self, word: str, place: Place) -> None:
        """An identifier that checklist rules may look for."""
        if "_" in word:
            self._words.setdefault(word, []).append(place)

    def open(
        self, kind: str, name: str, place: Place, *, is_async: bool = False, doc: str | None = None
    ) -> int:
        """A new scope within the present one; returns its number."""
        parent = self.here if self.scopes else -1
        self.scopes.append(Scope(kind, name, parent, *place, is_async, doc, [], {}, {}, {}, [], [], [], []))
        return len(self.scopes) - 1

    def enclosing_class(self) -> int | None:
        """The class whose body or method is being read."""
        scope = self.here
        while scope > 0 and self.scopes[scope].kind != "class":
            scope = self.scopes[scope].parent
        return scope if scope > 0 else None

    def beyond_comprehensions(self) -> int:
        """The scope that a walrus binds in."""
        scope = self.here
        while self.scopes[scope].kind == "comprehension":
            scope = self.scopes[scope].parent
        return scope
