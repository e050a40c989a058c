"""The files of a tree as the linker sees them: facts by path, names by module."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from migration_tracker.scanning.facts.values import Facts
from migration_tracker.scanning.linking.values import Unit
from migration_tracker.scanning.modules import Modules
from migration_tracker.scanning.scope import Scope


@dataclass(frozen=True, slots=True)
class Tree:
    """The parsed files of a tree. A file that is not among the facts names nothing that matters."""

    facts: Mapping[str, Facts]
    modules: Modules
    scope: Scope

    def dotted(self, unit: Unit) -> str:
        """The full name of a function or class."""
        inside = self.facts[unit.path].dotted(unit.scope)
        return f"{self.modules.name(unit.path)}.{inside}"

    def is_sanctioned(self, path: str) -> bool:
        return self.scope.is_sanctioned(self.modules.name(path))

    def wanted(self, dotted: str) -> str | None:
        """The symbol of the definition that a dotted name stands for.

        A deeper name within the same package is the same symbol: aiokafka.consumer.AIOKafkaConsumer.
        """
        if dotted in self.scope.legacy or dotted in self.scope.replacement:
            return dotted
        last = dotted.rpartition(".")[2]
        for symbol in self.scope.legacy:
            module, _, name = symbol.rpartition(".")
            if name == last and dotted.startswith(f"{module}."):
                return symbol
        return None
