"""What a term may stand for: follows names, imports, attributes and calls from file to file.

Every answer is a set of possibilities. What is not followed (arithmetic, unknown parameters, modules outside
the tree that the definition does not name) stands for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from migration_tracker.scanning.facts.values import Term
from migration_tracker.scanning.linking.names import visible
from migration_tracker.scanning.linking.texts import Texts
from migration_tracker.scanning.linking.tree import Tree
from migration_tracker.scanning.linking.values import (
    Dynamic,
    Held,
    Instance,
    Made,
    ModuleValue,
    Symbol,
    Typed,
    Unit,
    Value,
    Values,
)

_IMPORTERS = frozenset({"importlib.import_module", "builtins.__import__", "importlib.__import__"})
_GIVE_BACK = frozenset(
    {"functools.partial", "functools.partialmethod", "functools.wraps", "typing.cast", "asyncio.to_thread"}
)
_RUNNERS = frozenset(
    {"builtins.exec", "builtins.eval", "pkgutil.resolve_name", "runpy.run_module", "runpy.run_path"}
)
_NAMESPACES = frozenset({"builtins.globals", "builtins.locals", "builtins.vars"})
_FORGETS = ("typing.", "builtins.isinstance", "builtins.issubclass", "builtins.hasattr", "builtins.repr")
_DEEPEST = 60


class Evaluator:
    """Evaluates the terms of a tree; answers are kept."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._known: dict[tuple[str, int], Values] = {}
        self._texts = Texts(tree)
        self._open: set[tuple[str, int]] = set()
        self._cut = False
        self._canonical: dict[Unit, str] = {}
        self._own_names: set[str] = set()
        for symbol in (*tree.scope.legacy, *tree.scope.replacement):
            module, _, name = symbol.rpartition(".")
            for value in self._member(module, name, intercept=False):
                if isinstance(value, Unit):
                    self._canonical.setdefault(value, symbol)
        self._own_names = {tree.dotted(unit) for unit in self._canonical}
        self._known.clear()

    def values(self, path: str, term: int) -> Values:
        """Everything a term of a file may stand for."""
        key = (path, term)
        if key in self._known:
            return self._known[key]
        if key in self._open or len(self._open) > _DEEPEST:
            self._cut = True
            return {}
        self._open.add(key)
        outer, self._cut = self._cut, False
        found = self._evaluate(path, self._tree.facts[path].terms[term])
        self._open.discard(key)
        if not self._cut or not self._open:  # an answer from within a circle may lack something
            self._known[key] = found
        self._cut = (self._cut or outer) and bool(self._open)
        return found

    def bases(self, unit: Unit) -> Iterable[Value]:
        """What a class inherits from, directly."""
        scope = self._tree.facts[unit.path].scopes[unit.scope]
        return [value for term in scope.bases for value in self.values(unit.path, term)]

    def _evaluate(self, path: str, term: Term) -> Values:
        match term[0]:
            case "import":
                return self._imported(path, term[1], term[2], term[3])
            case "name":
                return self._name(path, term[1], term[2], term[3])
            case "attribute":
                return self._merged(
                    self._attribute(value, term[2], way) for value, way in self._of(path, term[1])
                )
            case "call":
                return self._call(path, term)
            case "unit":
                return {self._as_symbol(Unit(path, term[1])): ()}
            case "either":
                return self._merged(self.values(path, one) for one in term[1])
            case "hold":
                held = self._merged(self.values(path, one) for one in term[1])
                return {_held(value): way for value, way in held.items()}
            case "join":  # two lists put together
                joined = self._merged(self.values(path, one) for one in term[1:])
                return {value: way for value, way in joined.items() if isinstance(value, Held)}
            case "item":
                return {
                    value.value if isinstance(value, Held) else value: way
                    for value, way in self._of(path, term[1])
                    if isinstance(value, (Held, Dynamic))
                }
            case "typed":
                return self._typed(self._of(path, term[1]))
            case "self":
                return {Instance(path, term[1]): ()}
            case "class":
                return {Unit(path, term[1]): ()}
            case "super":
                bases = [(value, ()) for value in self.bases(Unit(path, term[1])) if isinstance(value, Unit)]
                return self._typed(bases)
        return {}

    def _of(self, path: str, term: int) -> Iterable[tuple[Value, tuple[str, ...]]]:
        return self.values(path, term).items()

    # Names

    def _name(self, path: str, scope: int, name: str, moment: int) -> Values:
        facts = self._tree.facts[path]
        bindings = visible(facts, scope, name, moment)
        if bindings is not None:
            return self._merged(self.values(path, one.term) for one in bindings if one.term >= 0)
        found = self._starred(path, name)
        return found or {Symbol(f"builtins.{name}"): ()}

    def _starred(self, path: str, name: str) -> Values:
        if name.startswith("_"):
            return {}
        for star in reversed(self._tree.facts[path].stars):
            module = self._tree.modules.absolute(path, star.level, star.module)
            if self._tree.modules.path(module) is not None and not self._exports(module, name):
                continue
            found = self._member(module, name, external=False)
            if found:
                return found
        return {}

    def _exports(self, module: str, name: str) -> bool:
        path = self._tree.modules.path(module)
        facts = self._tree.facts.get(path or "")
        if path is None or facts is None or "__all__" not in facts.scopes[0].bindings:
            return True
        names: set[str] = set()
        for binding in facts.scopes[0].bindings["__all__"]:
            written = facts.terms[binding.term] if binding.term >= 0 else ("other",)
            if written[0] != "hold":
                return True
            names |= {text for one in written[1] for text in self._texts.of(path, one) or ()}
        return name in names

    def _imported(self, path: str, level: int, module: str, name: str) -> Values:
        absolute = self._tree.modules.absolute(path, level, module)
        if level and not absolute:
            return {}
        if not name:
            return {self._module(absolute): ()}
        return self._member(absolute, name)

    def _module(self, dotted: str) -> Value:
        is_here = self._tree.modules.path(dotted) is not None or self._tree.modules.is_package(dotted)
        return ModuleValue(dotted) if is_here else Symbol(dotted)

    def _member(self, module: str, name: str, *, external: bool = True, intercept: bool = True) -> Values:
        """What a name of a module stands for."""
        dotted = f"{module}.{name}"
        if intercept and (symbol := self._tree.wanted(dotted)):
            return {Symbol(symbol): ()}
        modules = self._tree.modules
        path = modules.path(module)
        if path is None and not modules.is_package(module):
            return {Symbol(dotted): ()} if external else {}
        facts = self._tree.facts.get(path or "")
        found: Values = {}
        if path is not None and facts is not None:
            bindings = visible(facts, 0, name, None)
            if bindings is not None:
                found = self._merged(self.values(path, one.term) for one in bindings if one.term >= 0)
            else:
                found = self._starred(path, name)
                if not found and (computed := visible(facts, 0, "__getattr__", None)):
                    found = self._merged(self.values(path, one.term) for one in computed if one.term >= 0)
        if not found and (modules.path(dotted) is not None or modules.is_package(dotted)):
            return {ModuleValue(dotted): ()}
        return {value: self._passed(dotted, value, way) for value, way in found.items()}

    def _passed(self, dotted: str, value: Value, way: tuple[str, ...]) -> tuple[str, ...]:
        if isinstance(value, ModuleValue) or (way and way[0] == dotted) or dotted in self._own_names:
            return way
        if isinstance(value, Unit) and not way and self._tree.dotted(value) != dotted:
            return (dotted, self._tree.dotted(value))
        return (dotted, *way)

    def _as_symbol(self, unit: Unit) -> Value:
        symbol = self._canonical.get(unit) or self._tree.wanted(self._tree.dotted(unit))
        return Symbol(symbol) if symbol else unit

    # Members and calls

    def _attribute(self, value: Value, name: str, way: tuple[str, ...]) -> Values:
        if name == "__dict__" and self._may_hold_a_client(value):
            return {Dynamic("__dict__"): way}
        match value:
            case Symbol(dotted):
                return {Symbol(self._tree.wanted(f"{dotted}.{name}") or f"{dotted}.{name}"): way}
            case ModuleValue(module):
                return {found: (*way, *more) for found, more in self._member(module, name).items()}
            case Unit() | Instance():
                return self.class_member(Unit(value.path, value.scope), name, way, set())
            case Held() | Dynamic():
                return {value: way}
            case Made():  # a member of what was built is as good as the whole
                return {value: way}
        return {}

    def class_member(self, unit: Unit, name: str, way: tuple[str, ...], seen: set[Unit]) -> Values:
        """What a name is on a class or its instances, looked up in the class and then in its bases."""
        if unit in seen:
            return {}
        seen.add(unit)
        scope = self._tree.facts[unit.path].scopes[unit.scope]
        terms = [one.term for one in scope.bindings.get(name, ()) if one.term >= 0] + scope.attributes.get(
            name, []
        )
        found = self._merged(self.values(unit.path, term) for term in terms)
        if found or terms:
            return {value: way + more for value, more in found.items()}
        for base in self.bases(unit):
            if isinstance(base, Unit):
                inherited = self.class_member(base, name, way, seen)
                if inherited:
                    return {
                        value: more or ((self._tree.dotted(value),) if isinstance(value, Unit) else ())
                        for value, more in inherited.items()
                    }
        return {}

    def _call(self, path: str, term: Term) -> Values:
        _, function, positional, named = term
        found: Values = {}
        given = (*positional, *(value for _, value in named))
        for value, way in self._of(path, function):
            match value:
                case Symbol(dotted):
                    found |= self._symbol_call(path, dotted, positional, dict(named))
                    if not self._tree.wanted(dotted) and not dotted.startswith(_FORGETS):
                        found |= self._taken(path, given)
                case Unit():
                    found |= self._unit_call(value, way)
                    found |= self._taken(path, given)
                case Held(inside):
                    found |= {inside: way}
                case Dynamic():
                    found |= {value: way}
                case Made():
                    found |= self._taken(path, given)
        return found

    def _taken(self, path: str, given: tuple[int, ...]) -> Values:
        """What is given to a call, which may keep it in what it gives back: a container, a wrapper."""
        return {
            _held(value): way
            for term in given
            for value, way in self._of(path, term)
            if self._is_of_interest(value)
        }

    def _is_of_interest(self, value: Value) -> bool:
        match value:
            case Held(inside):
                return self._is_of_interest(inside)
            case Symbol(dotted) | Made(dotted):
                return self._tree.wanted(dotted) is not None
        return isinstance(value, Unit)

    def _symbol_call(
        self, path: str, dotted: str, positional: tuple[int, ...], named: dict[str, int]
    ) -> Values:
        if dotted in _IMPORTERS:
            return self._dynamic_import(path, positional, named)
        if dotted in _RUNNERS or dotted.endswith(".import_string"):
            return self._run(path, dotted, positional)
        if dotted in _NAMESPACES:
            name = self._tree.modules.name(path)
            owners = self.values(path, positional[0]) if positional else {ModuleValue(name): ()}
            return {Dynamic(dotted.rpartition(".")[2]): () for one in owners if self._may_hold_a_client(one)}
        if dotted == "builtins.getattr" and len(positional) > 1:
            return self._getattr(path, positional)
        if dotted in _GIVE_BACK and positional:
            given = positional[-1] if dotted == "typing.cast" else positional[0]
            return self.values(path, given)
        return {Made(dotted): ()}

    def _dynamic_import(self, path: str, positional: tuple[int, ...], named: dict[str, int]) -> Values:
        name = positional[0] if positional else named.get("name")
        names = self._texts.of(path, name) if name is not None else None
        if names is None:
            return {Dynamic("importlib.import_module"): ()}
        found: Values = {}
        for one in names:
            level = len(one) - len(one.lstrip("."))
            found[self._module(self._tree.modules.absolute(path, level, one.lstrip(".")))] = ()
        return found

    def _run(self, path: str, dotted: str, positional: tuple[int, ...]) -> Values:
        """What a text leads to that is resolved or run: undecided, unless it names no old package."""
        texts = self._texts.of(path, positional[0]) if positional else None
        packages = [symbol.partition(".")[0] for symbol in self._tree.scope.legacy]
        if (
            texts
            and dotted != "runpy.run_path"
            and not any(one in text for text in texts for one in packages)
        ):
            return {}
        return {Dynamic(dotted.removeprefix("builtins.")): ()}

    def _getattr(self, path: str, positional: tuple[int, ...]) -> Values:
        names = self._texts.of(path, positional[1])
        owners = self.values(path, positional[0])
        if names is not None:
            return self._merged(
                self._attribute(owner, one, way) for owner, way in owners.items() for one in names
            )
        return {Dynamic("getattr"): way for owner, way in owners.items() if self._may_hold_a_client(owner)}

    def _may_hold_a_client(self, value: Value) -> bool:
        match value:
            case Dynamic():
                return True
            case Symbol(dotted):
                return any(symbol.startswith(f"{dotted}.") for symbol in self._tree.scope.legacy)
            case ModuleValue(module):
                path = self._tree.modules.path(module)
                facts = self._tree.facts.get(path or "")
                if path is None or facts is None or self._tree.scope.is_sanctioned(module):
                    return False
                return any(
                    isinstance(found, (Symbol, Made)) and found.dotted in self._tree.scope.legacy
                    for name in facts.scopes[0].bindings
                    for found in self._member(module, name)
                )
        return False

    def _unit_call(self, unit: Unit, way: tuple[str, ...]) -> Values:
        scope = self._tree.facts[unit.path].scopes[unit.scope]
        if scope.kind == "class":
            return {Instance(unit.path, unit.scope): way}
        return self._merged(self.values(unit.path, term) for term in scope.returns)

    def _typed(self, values: Iterable[tuple[Value, tuple[str, ...]]]) -> Values:
        found: Values = {}
        for value, _ in values:
            if isinstance(value, Unit) and self._tree.facts[value.path].scopes[value.scope].kind == "class":
                found[Instance(value.path, value.scope)] = ()
            elif isinstance(value, Symbol):
                found[Typed(value.dotted)] = ()
        return found

    @staticmethod
    def _merged(found: Iterable[Values]) -> Values:
        merged: Values = {}
        for values in found:
            for value, way in values.items():
                if value not in merged or len(way) < len(merged[value]):
                    merged[value] = way
        return merged


def _held(value: Value) -> Held:
    return value if isinstance(value, Held) else Held(value)
