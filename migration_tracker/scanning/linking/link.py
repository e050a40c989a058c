"""From uses to hits: which place of which file reaches which symbol, directly or through what it calls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass

from migration_tracker.scanning.facts.values import Context, Facts, Use
from migration_tracker.scanning.linking.evaluate import Evaluator
from migration_tracker.scanning.linking.names import visible
from migration_tracker.scanning.linking.reach import UNDECIDED, Reach
from migration_tracker.scanning.linking.tree import Tree
from migration_tracker.scanning.linking.values import (
    Dynamic,
    Held,
    Instance,
    Made,
    Symbol,
    Unit,
    Value,
    Values,
)


@dataclass(frozen=True, slots=True)
class Hit:
    """A use that reaches a symbol of the definition, or something that cannot be decided.

    `symbol` is None for the latter. `way` is empty where the symbol itself is used. `runs` tells whether the
    code does something with it, rather than naming it as a type, an alias or an import; `is_type` tells the
    first of these. `within` names the function or class around it.
    """

    path: str
    use: Use
    symbol: str | None
    dynamic: str
    way: tuple[str, ...]
    runs: bool
    is_type: bool
    within: str


class Link:
    """Links the files of a tree."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.evaluator = Evaluator(tree)
        self._uses: list[tuple[str, Use, Values]] = []
        for path, facts in tree.facts.items():
            for use in facts.uses:
                values = self._values(path, facts, use)
                if values:
                    self._uses.append((path, use, values))
        self._reach = Reach(tree, self.evaluator, self._uses)

    def hits(self) -> Iterator[Hit]:
        """Every use that reaches something, file by file."""
        for path, use, values in self._uses:
            yield from self._hits(path, use, values)

    def tainted(self, symbols: Iterable[str]) -> dict[str, set[str]]:
        """The names that lead to one of the symbols, by the path of their module.

        Of a sanctioned module these are the symbols themselves; what it makes of them leads nowhere.
        """
        wanted = set(symbols)
        units = {unit for symbol in wanted for unit in self._reach.units(symbol)}
        found: dict[str, set[str]] = {}
        for path, facts in self.tree.facts.items():
            names = {
                name
                for name in facts.scopes[0].bindings
                if any(self._leads(value, wanted, units) for value in self._exported(path, name))
            }
            names |= {symbol.rpartition(".")[2] for symbol in wanted if self._has_starred(facts, symbol)}
            if names:
                found[path] = names
        return found

    def values_of(self, path: str, term: int) -> Values:
        """What a term may stand for, for those who judge."""
        return self.evaluator.values(path, term)

    def _exported(self, path: str, name: str) -> Iterable[Value]:
        facts = self.tree.facts[path]
        for binding in visible(facts, 0, name, None) or ():
            if binding.term >= 0:
                yield from self.evaluator.values(path, binding.term)

    @staticmethod
    def _has_starred(facts: Facts, symbol: str) -> bool:
        return any(symbol.rpartition(".")[0] == star.module for star in facts.stars)

    def _leads(self, value: Value, symbols: Set[str], units: Set[Unit]) -> bool:
        """Whether whoever has a value has one of the symbols, or what reaches it."""
        match value:
            case Held(inside):
                return self._leads(inside, symbols, units)
            case Symbol(dotted) | Made(dotted):
                return self.tree.wanted(dotted) in symbols
            case Unit():
                return value in units
            case Instance(path, scope):
                return Unit(path, scope) in units
            case Dynamic():
                return UNDECIDED in symbols
        return False

    def _values(self, path: str, facts: Facts, use: Use) -> Values:
        term = facts.terms[use.term]
        if use.kind == "call" and term[0] == "call":
            values = dict(self.evaluator.values(path, term[1]))
            if any(isinstance(value, Symbol) for value in values):
                # import_module(name) is told where it is called, what is then done with the module is not.
                # What getattr gives is told where it is called; if it is handed on at once, here.
                is_handed_on = Symbol("builtins.getattr") in values and use.kept in ((), ("return",))
                told = (Dynamic, Symbol) if is_handed_on else Dynamic
                given = self.evaluator.values(path, use.term).items()
                return values | {value: way for value, way in given if isinstance(value, told)}
            return {value: way for value, way in values.items() if not isinstance(value, Dynamic)}
        return self.evaluator.values(path, use.term)

    def _hits(self, path: str, use: Use, values: Values) -> Iterator[Hit]:
        seen: set[tuple[str | None, bool]] = set()
        typing_only = self._is_typing_only(path, use)
        for value, way in values.items():
            runs = self._reach.runs(use, value) and not typing_only
            for symbol, dynamic, onward in self._ends(path, use, value, way, runs):
                if (symbol, bool(dynamic)) not in seen:
                    seen.add((symbol, bool(dynamic)))
                    is_made = isinstance(value, Made)
                    is_type = typing_only or use.context == Context.TYPE
                    does = (runs or is_made) and use.context != Context.TYPE
                    within = self.tree.facts[path].within(use.scope)
                    yield Hit(path, use, symbol, dynamic, onward, does, is_type, within)

    def _ends(
        self, path: str, use: Use, value: Value, way: tuple[str, ...], runs: bool
    ) -> Iterator[tuple[str | None, str, tuple[str, ...]]]:
        inner = value
        while isinstance(inner, Held):
            inner = inner.value
        if isinstance(inner, Dynamic):
            if use.kind == "call" or use.written.endswith(".__dict__"):
                yield None, inner.dotted, way
        elif isinstance(inner, Symbol):
            symbol = self.tree.wanted(inner.dotted)
            if symbol and (way or not isinstance(value, Held)):
                yield symbol, "", way
        elif isinstance(inner, Made):
            symbol = self.tree.wanted(inner.dotted)
            if symbol and way and use.kind in {"load", "call"}:
                yield symbol, "", way
        elif runs:
            for unit in self._reach.run_by(use, value):
                if unit.path != path:
                    for target in self._reach.symbols:
                        units = self._reach.units(target)
                        if unit in units:
                            onward = self._reach.way(unit, way, units[unit])
                            yield (target or None), ("" if target else "what it calls"), onward

    def _is_typing_only(self, path: str, use: Use) -> bool:
        """Whether the name is bound for type checkers only."""
        facts = self.tree.facts[path]
        term = facts.terms[use.term]
        while term[0] in {"attribute", "call", "item"}:
            term = facts.terms[term[1]]
        if term[0] != "name":
            return False
        bindings = visible(facts, term[1], term[2], term[3])
        return bool(bindings) and all(one.typing for one in bindings or ())
