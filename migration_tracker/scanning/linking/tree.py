"""The files of a tree as the linker sees them: facts by path, names by module."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from migration_tracker.scanning.facts.leads import FOLLOW
from migration_tracker.scanning.facts.values import Facts
from migration_tracker.scanning.facts.visible import visible
from migration_tracker.scanning.linking.values import Unit
from migration_tracker.scanning.modules import Modules
from migration_tracker.scanning.scope import Scope


class Tree:
    """The parsed files of a tree, which may grow and change. A file without facts names nothing that matters.

    Args:
        scope: what is looked for.
    """

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.modules = Modules((), scope.source_roots)
        self.facts: dict[str, Facts] = {}
        self._settings: dict[str, dict[str, list[int]]] = {}
        self._settings_of: dict[str, list[tuple[str, int]]] = {}
        self._keepers: dict[str, dict[int, set[str]]] = {}
        self._wanted: dict[str, str | None] = {}
        self._sanctioned: dict[str, bool] = {}
        self._packages = {one.partition(".")[0] for one in (*scope.legacy, *scope.replacement)}
        self._seeks_python = "builtins" in self._packages

    def update(self, modules: Modules, facts: Mapping[str, Facts]) -> set[str]:
        """Become another tree; returns what is no longer as it was, in the words of `Dependencies`."""
        changed: set[str] = set()
        if modules is not self.modules:
            changed |= self.modules.differences(modules)
            self.modules = modules
            self._sanctioned.clear()
        for path in [path for path in self.facts if path not in facts]:
            changed |= self._forget(path)
        for path, one in facts.items():
            if self.facts.get(path) is not one:
                changed |= self._forget(path) | self._take(path, one)
        return changed

    def settings(self, dotted: str) -> Iterator[tuple[str, int]]:
        """What other files set an attribute to, by its full name: their paths and the terms."""
        for path, terms in self._settings.get(dotted, {}).items():
            for term in terms:
                yield path, term

    def set_elsewhere(self) -> Iterator[tuple[str, str, int]]:
        """What files set on what is defined elsewhere: their paths, the full names, and the terms."""
        for path, settings in self._settings_of.items():
            for dotted, term in settings:
                yield path, dotted, term

    def keepers(self, path: str) -> dict[int, set[str]]:
        """The functions of a file that keep what they are given, with the parameters that they keep."""
        if path not in self._keepers:
            self._keepers[path] = _keepers_in(self.facts[path])
        return self._keepers[path]

    def leads(self, path: str) -> Sequence[int]:
        """What each term of a file may lead to, whatever the tree; see `facts.leads`."""
        facts = self.facts[path]
        return [FOLLOW] * len(facts.terms) if self._seeks_python else facts.leads

    def is_outside(self, package: str) -> bool:
        """Whether an outermost package is neither in the tree nor that of a symbol."""
        is_here = self.modules.is_package(package) or self.modules.path(package) is not None
        return not is_here and package not in self._packages

    def dotted(self, unit: Unit) -> str:
        """The full name of a function or class."""
        inside = self.facts[unit.path].dotted(unit.scope)
        return f"{self.modules.name(unit.path)}.{inside}"

    def is_sanctioned(self, path: str) -> bool:
        if path not in self._sanctioned:
            self._sanctioned[path] = self.scope.is_sanctioned(self.modules.name(path))
        return self._sanctioned[path]

    def wanted(self, dotted: str) -> str | None:
        """The symbol of the definition that a dotted name stands for.

        A deeper name within the same package is the same symbol: aiokafka.consumer.AIOKafkaConsumer.
        """
        if dotted not in self._wanted:
            self._wanted[dotted] = self._find(dotted)
        return self._wanted[dotted]

    def _find(self, dotted: str) -> str | None:
        if dotted in self.scope.legacy or dotted in self.scope.replacement:
            return dotted
        last = dotted.rpartition(".")[2]
        for symbol in self.scope.legacy:
            module, _, name = symbol.rpartition(".")
            if name == last and dotted.startswith(f"{module}."):
                return symbol
        return None

    def _take(self, path: str, facts: Facts) -> set[str]:
        self.facts[path] = facts
        settings = []
        for setting in facts.settings:
            owner = self._imported(path, facts, setting.owner)
            if owner:
                settings.append((f"{owner}.{setting.name}", setting.value))
        if settings:
            self._settings_of[path] = settings
        for name, value in settings:
            self._settings.setdefault(name, {}).setdefault(path, []).append(value)
        return {path, *(f"set {name}" for name, _ in settings)}

    def _forget(self, path: str) -> set[str]:
        self.facts.pop(path, None)
        self._keepers.pop(path, None)
        settings = self._settings_of.pop(path, [])
        for name, _ in settings:
            self._settings[name].pop(path, None)
        return {path, *(f"set {name}" for name, _ in settings)}

    def _imported(self, path: str, facts: Facts, term: int) -> str:
        """The full name of what is imported, if a term is that or a member of it; empty otherwise."""
        match facts.terms[term]:
            case ("import", level, module, name):
                absolute = self.modules.absolute(path, level, module)
                return f"{absolute}.{name}" if name and absolute else absolute
            case ("attribute", owner, name):
                before = self._imported(path, facts, owner)
                return f"{before}.{name}" if before else ""
            case ("name", scope, name, moment):
                for binding in visible(facts, scope, name, moment) or ():
                    written = facts.terms[binding.term] if binding.term >= 0 else ("other",)
                    if written[0] == "import":
                        return self._imported(path, facts, binding.term)
        return ""


def _keepers_in(facts: Facts) -> dict[int, set[str]]:
    """The functions of a file that keep what they are given, with the parameters that they keep."""
    kept: dict[int, set[str]] = {}
    for term in facts.terms:
        if term[0] == "given":
            kept.setdefault(term[1], set()).add(term[2])
    return kept
