"""The files of a tree as the linker sees them: facts by path, names by module."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from migration_tracker.scanning.facts.values import Facts, Setting
from migration_tracker.scanning.linking.calls_by_name import CallsByName
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
        self.calls = CallsByName()
        self._settings: dict[str, dict[str, list[Setting]]] = {}
        self._wanted: dict[str, str | None] = {}
        self._sanctioned: dict[str, bool] = {}

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

    def settings(self, name: str) -> Iterator[tuple[str, Setting]]:
        """Where an attribute of that name is set from outside, by path."""
        for path, settings in self._settings.get(name, {}).items():
            for setting in settings:
                yield path, setting

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
        for setting in facts.settings:
            self._settings.setdefault(setting.name, {}).setdefault(path, []).append(setting)
        self.calls.add(path, facts)
        return self._names(path, facts)

    def _forget(self, path: str) -> set[str]:
        facts = self.facts.pop(path, None)
        if facts is None:
            return {path}
        for setting in facts.settings:
            self._settings[setting.name].pop(path, None)
        changed = self._names(path, facts)
        self.calls.remove(path)
        return changed

    def _names(self, path: str, facts: Facts) -> set[str]:
        settings = {f"set {setting.name}" for setting in facts.settings}
        return {path} | settings | {f"call {name}" for name in self.calls.names(path)}
