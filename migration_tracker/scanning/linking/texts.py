"""The constant strings a term may be: written out, put together, or bound to a name in some file."""

from __future__ import annotations

from collections.abc import Iterable

from migration_tracker.scanning.facts.values import Binding
from migration_tracker.scanning.linking.names import visible
from migration_tracker.scanning.linking.tree import Tree

_MOST = 16


class Texts:
    """Finds constant strings in a tree."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._open: set[tuple[str, int, str]] = set()

    def of(self, path: str, term: int) -> set[str] | None:
        """Every string a term may be; None if it may be anything else."""
        match self._tree.facts[path].terms[term]:
            case ("text", value):
                return {value}
            case ("join", left, right):
                return self._joined(self.of(path, left), self.of(path, right))
            case ("either", several):
                return self._all(self.of(path, one) for one in several)
            case ("name", scope, name, moment):
                return self._named(path, scope, name, moment)
        return None

    def _named(self, path: str, scope: int, name: str, moment: int | None) -> set[str] | None:
        key = (path, scope, name)
        if key in self._open:
            return None
        self._open.add(key)
        bindings = visible(self._tree.facts[path], scope, name, moment)
        found = self._all(self._bound(path, one) for one in bindings or ())
        self._open.discard(key)
        return found

    def _bound(self, path: str, binding: Binding) -> set[str] | None:
        if binding.term < 0:
            return None
        written = self._tree.facts[path].terms[binding.term]
        if written[0] != "import":
            return self.of(path, binding.term)
        module = self._tree.modules.path(self._tree.modules.absolute(path, written[1], written[2]))
        if module is None or module not in self._tree.facts:
            return None
        return self._named(module, 0, written[3], None)

    @staticmethod
    def _joined(left: set[str] | None, right: set[str] | None) -> set[str] | None:
        if left is None or right is None or len(left) * len(right) > _MOST:
            return None
        return {before + after for before in left for after in right}

    @staticmethod
    def _all(several: Iterable[set[str] | None]) -> set[str] | None:
        found: set[str] = set()
        for one in several:
            if one is None:
                return None
            found |= one
        return found or None
