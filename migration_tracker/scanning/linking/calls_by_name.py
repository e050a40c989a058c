"""Where something of a name is called, or decorates: who may give a parameter its value."""

from __future__ import annotations

from collections.abc import Iterator

from migration_tracker.scanning.facts.values import Facts


class CallsByName:
    """The calls of a tree by the last part of the name of what is called, whatever it was imported as.

    It is filled only when it is asked: most trees have no registry that anyone fills by calls.
    """

    def __init__(self) -> None:
        self._facts: dict[str, Facts] = {}
        self._calls: dict[str, dict[str, list[int]]] = {}
        self._names: dict[str, set[str]] = {}
        self._is_asked = False

    def add(self, path: str, facts: Facts) -> None:
        """A file is there, or is another one."""
        self._facts[path] = facts
        if self._is_asked:
            self._fill(path)

    def remove(self, path: str) -> None:
        """A file is gone."""
        self._facts.pop(path, None)
        for name in self._names.pop(path, ()):
            del self._calls[name][path]

    def names(self, path: str) -> set[str]:
        """The names that a file calls."""
        return self._names.get(path, set())

    def of(self, name: str) -> Iterator[tuple[str, int]]:
        """The terms of the calls of a name, by path."""
        if not self._is_asked:
            self._is_asked = True
            for path in self._facts:
                self._fill(path)
        for path, terms in self._calls.get(name, {}).items():
            for term in terms:
                yield path, term

    def _fill(self, path: str) -> None:
        facts = self._facts[path]
        originals = {
            use.written: facts.terms[use.term][3]
            for use in facts.uses
            if use.kind == "import" and facts.terms[use.term][3]
        }
        calls = [use.term for use in facts.uses if use.kind == "call"] + facts.decorated
        names = self._names[path] = set()
        for term in calls:
            name = _called(facts, term)
            name = originals.get(name, name)
            if name:
                names.add(name)
                self._calls.setdefault(name, {}).setdefault(path, []).append(term)


def _called(facts: Facts, term: int) -> str:
    """The last part of the name of what is called; of what gave it, if that was a call too."""
    written = facts.terms[term]
    while written[0] == "call":
        written = facts.terms[written[1]]
    if written[0] == "name":
        return str(written[2])
    return str(written[2]) if written[0] == "attribute" else ""
