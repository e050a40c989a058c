"""The constant strings a term may be: written out, put together, or bound to a name in some file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from migration_tracker.scanning.facts.values import Binding, Term
from migration_tracker.scanning.facts.visible import visible
from migration_tracker.scanning.linking.values import ModuleValue, Unit

if TYPE_CHECKING:
    from migration_tracker.scanning.linking.evaluate import Evaluator

_MOST = 16
_MOST_STEPS = 2_000

Found = set[str] | None


class Texts:
    """Finds constant strings in a tree."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._tree = evaluator.tree
        self._open: set[tuple[str, int, str]] = set()
        self._steps = 0

    def of(self, path: str, term: int) -> Found:
        """Every string a term may be, or that a container may hold; None if it may be anything else.

        None as well if it would take too many steps: strings that double, line by line.
        """
        self._steps = self._steps + 1 if self._open else 1
        if self._steps > _MOST_STEPS:
            return None
        return self._of(path, term)

    def _of(self, path: str, term: int) -> Found:
        match self._tree.facts[path].terms[term]:
            case ("text", value):
                return {value}
            case ("join", left, right):
                return self._joined(path, left, right)
            case ("format", text, given):
                return self._formatted(self.of(path, text), [self.of(path, one) for one in given], "%s")
            case ("either" | "hold", several):
                return _all(self.of(path, one) for one in several)
            case ("item", container, _):
                return self.of(path, container)
            case ("name", scope, name, moment):
                return self._named(path, scope, name, moment)
            case ("attribute", owner, name):
                return self._member(path, owner, name)
            case ("call", function, positional, named):
                return self._called(path, self._tree.facts[path].terms[function], positional, named)
        return None

    def _named(self, path: str, scope: int, name: str, moment: int | None) -> Found:
        key = (path, scope, name)
        facts = self._tree.facts[path]
        bindings = visible(facts, scope, name, moment)
        if bindings is None and name in ("__name__", "__package__"):
            module = self._tree.modules.name(path)
            is_module = name == "__name__" or path.endswith("__init__.py")
            return {module if is_module else module.rpartition(".")[0]}
        if key in self._open or not bindings:
            return None
        if any(one.moment == 0 for one in bindings):  # a parameter: whatever callers give
            return None
        self._open.add(key)
        found = _all(self._bound(path, one) for one in bindings)
        self._open.discard(key)
        return found

    def _bound(self, path: str, binding: Binding) -> Found:
        if binding.term < 0:
            return None
        written = self._tree.facts[path].terms[binding.term]
        if written[0] != "import" or not written[3]:
            return self.of(path, binding.term)
        return self._of_module(self._tree.modules.absolute(path, written[1], written[2]), written[3])

    def _of_module(self, module: str, name: str) -> Found:
        self._evaluator.looks_at(module)
        path = self._tree.modules.path(module)
        if path is None:
            return None
        self._evaluator.looks_at(path)
        return self._named(path, 0, name, None) if path in self._tree.facts else None

    def _member(self, path: str, owner: int, name: str) -> Found:
        found: list[Found] = []
        for value in self._evaluator.values(path, owner):
            if isinstance(value, ModuleValue):
                found.append(self._of_module(value.module, name))
            elif isinstance(value, Unit):
                bindings = self._tree.facts[value.path].scopes[value.scope].bindings.get(name, [])
                found.append(_all(self._bound(value.path, one) for one in bindings))
            else:
                return None
        return _all(found)

    def _called(self, path: str, function: Term, positional: tuple[int, ...], named: object) -> Found:
        """`str.join` and `str.format` of constants."""
        if function[0] != "attribute" or named:
            return None
        texts = self.of(path, function[1])
        if function[2] == "join" and len(positional) == 1:
            return self._strung(path, texts, positional[0])
        if function[2] == "format":
            return self._formatted(texts, [self.of(path, one) for one in positional], "{}")
        return None

    def _strung(self, path: str, between: Found, container: int) -> Found:
        written = self._tree.facts[path].terms[container]
        if between is None or len(between) != 1 or written[0] != "hold":
            return None
        parts = [self.of(path, one) for one in written[1]]
        if any(part is None or len(part) != 1 for part in parts):
            return None
        return {next(iter(between)).join(next(iter(part)) for part in parts if part)}

    def _joined(self, path: str, left: int, right: int) -> Found:
        befores, afters = self.of(path, left), self.of(path, right)
        if befores is None or afters is None:
            return None
        written = self._tree.facts[path].terms
        if "hold" in (written[left][0], written[right][0]):  # two containers
            return befores | afters
        if len(befores) * len(afters) > _MOST:
            return None
        return {before + after for before in befores for after in afters}

    @staticmethod
    def _formatted(texts: Found, given: list[Found], hole: str) -> Found:
        if texts is None or any(one is None or len(one) != 1 for one in given):
            return None
        parts = [next(iter(one)) for one in given if one]
        found = set()
        for text in texts:
            pieces = text.split(hole)
            if len(pieces) != len(parts) + 1 or any("{" in piece or "%" in piece for piece in pieces):
                return None
            found.add("".join(piece + part for piece, part in zip(pieces, [*parts, ""], strict=True)))
        return found


def _all(several: Iterable[Found]) -> Found:
    found: set[str] = set()
    for one in several:
        if one is None:
            return None
        found |= one
    return found or None
