"""What calls give: of functions and classes of the tree, and of those from outside that the scanner knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migration_tracker.scanning.facts.values import Term
from migration_tracker.scanning.linking.gifts import name_of
from migration_tracker.scanning.linking.values import (
    Dynamic,
    Getter,
    Held,
    Instance,
    Made,
    ModuleValue,
    Namespace,
    Symbol,
    Unit,
    Unread,
    Value,
    Values,
    Way,
    held,
    merged,
)

if TYPE_CHECKING:
    from migration_tracker.scanning.linking.evaluate import Evaluator

_IMPORTERS = frozenset({"importlib.import_module", "builtins.__import__", "importlib.__import__"})
_GIVE_BACK = frozenset(
    {
        "abc.abstractmethod",
        "asyncio.to_thread",
        "builtins.classmethod",
        "builtins.property",
        "builtins.staticmethod",
        "contextlib.asynccontextmanager",
        "contextlib.contextmanager",
        "functools.cache",
        "functools.cached_property",
        "functools.lru_cache",
        "functools.partial",
        "functools.partialmethod",
        "functools.wraps",
        "typing.cast",
    }
)
_RESOLVERS = ("pkgutil.resolve_name", "import_string", "resolve_name", "import_object")
_RUNNERS = frozenset({"builtins.exec", "builtins.eval", "runpy.run_module", "runpy.run_path"})
_NAMESPACES = frozenset({"builtins.globals", "builtins.locals", "builtins.vars"})
_FORGETS = ("typing.", "builtins.isinstance", "builtins.issubclass", "builtins.hasattr", "builtins.repr")


class Calls:
    """Finds what calls give."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._tree = evaluator.tree

    def result(self, path: str, term: Term) -> Values:
        """Everything a call may give."""
        _, function, positional, named = term
        leads = self._tree.leads(path)
        given = tuple([one for one in (*positional, *(value for _, value in named)) if leads[one]])
        return merged(
            self._result(path, value, way, positional, dict(named), given)
            for value, way in self._evaluator.values(path, function).items()
        )

    def unit_call(self, unit: Unit, way: Way) -> Values:
        """What calling a function or class of the tree gives."""
        self._evaluator.looks_at(unit.path)
        scope = self._tree.facts[unit.path].scopes[unit.scope]
        if scope.kind == "class":
            return {Instance(unit.path, unit.scope): way}
        return self._evaluator.all_of(unit.path, scope.returns)

    def given(self, path: str, number: int, name: str) -> Values:
        """What callers anywhere give for a parameter of a function of a file."""
        function = Unit(path, number)
        self._evaluator.looks_at(name_of(function))
        return merged(
            self._evaluator.values(caller, term) for caller, term in self._evaluator.gifts.of(function, name)
        )

    def modules(self, path: str, names: set[str] | None, told: str, package: str | None = None) -> Values:
        """Modules by names that were put together; undecided if they are not known."""
        if names is None:
            return {Dynamic(told): ()}
        modules = self._tree.modules
        found: Values = {}
        for one in names:
            inner = one.lstrip(".")
            level = len(one) - len(inner)
            if level and package is not None:
                base = package.split(".")
                kept = base[: len(base) - (level - 1)]
                absolute = ".".join([*kept, inner])
            else:
                absolute = modules.absolute(path, level, inner)
            found[self._evaluator.names.module(absolute)] = ()
        return found

    def _result(
        self,
        path: str,
        value: Value,
        way: Way,
        positional: tuple[int, ...],
        named: dict[str, int],
        given: tuple[int, ...],
    ) -> Values:
        match value:
            case Symbol(dotted):
                found = self._symbol_call(path, dotted, positional, named)
                if self._tree.wanted(dotted) or dotted.startswith(_FORGETS):
                    return found
                return merged([found, self._taken(path, given)])
            case Unit():
                return merged([self.unit_call(value, way), self._taken(path, given)])
            case Instance(inner, scope):
                members = self._evaluator.members.of_class(Unit(inner, scope), "__call__", way)
                calls = [self.unit_call(one, way) for one in members if isinstance(one, Unit)]
                return merged([*calls, self._taken(path, given)])
            case Held(inside):
                called = self.unit_call(inside, way) if isinstance(inside, Unit) else {}
                return {inside: way} | called
            case Dynamic():
                return {value: way}
            case Getter(names):
                owners = self._evaluator.all_of(path, given)
                return merged(self._deep(owner, names, onward) for owner, onward in owners.items())
            case Namespace(owner):  # vars(module).get("name")
                texts = self._evaluator.texts.of(path, positional[0]) if positional else None
                return self._evaluator.members.by_text(path, owner, texts, "__dict__", way)
            case Made():
                return self._taken(path, given)
            case Unread():
                return {value: way} | self._taken(path, given)
        return {}

    def _deep(self, owner: Value, names: tuple[str, ...], way: Way) -> Values:
        found: Values = {}
        for name in names:
            values: Values = {owner: way}
            for part in name.split("."):
                values = merged(
                    self._evaluator.members.attribute(value, part, onward) for value, onward in values.items()
                )
            found = merged([found, values])
        return found

    def _taken(self, path: str, given: tuple[int, ...]) -> Values:
        """What is given to a call, which may keep it in what it gives back: a container, a wrapper."""
        return {
            held(value): way
            for value, way in self._evaluator.all_of(path, given).items()
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
            return self._import(path, dotted, positional, named)
        if dotted.endswith(_RESOLVERS):
            return self._resolve(path, dotted, positional)
        if dotted in _RUNNERS:
            return self._run(path, dotted, positional)
        if dotted in _NAMESPACES:
            name = self._tree.modules.name(path)
            owners = self._evaluator.values(path, positional[0]) if positional else {ModuleValue(name): ()}
            return {Namespace(owner): way for owner, way in owners.items()}
        if dotted == "builtins.getattr" and len(positional) > 1:
            return self._getattr(path, positional)
        if dotted == "sys.modules.get" and positional:
            return self.modules(path, self._evaluator.texts.of(path, positional[0]), "sys.modules")
        if dotted == "operator.attrgetter" and positional:
            return self._getter(path, positional)
        if dotted in _GIVE_BACK and positional:
            return self._evaluator.values(path, positional[-1 if dotted == "typing.cast" else 0])
        return {Made(dotted): ()}

    def _import(self, path: str, dotted: str, positional: tuple[int, ...], named: dict[str, int]) -> Values:
        given = dict(
            zip(("name", "package" if dotted.endswith("module") else "globals"), positional, strict=False)
        )
        given |= named
        names = self._evaluator.texts.of(path, given["name"]) if "name" in given else None
        packages = self._evaluator.texts.of(path, given["package"]) if "package" in given else None
        if (
            names is not None
            and dotted.endswith("__import__")
            and len(positional) < 4
            and "fromlist" not in named
        ):
            names = {name.partition(".")[0] for name in names}  # it gives the outermost package
        package = next(iter(packages)) if packages and len(packages) == 1 else None
        return self.modules(path, names, "importlib.import_module", package)

    def _resolve(self, path: str, dotted: str, positional: tuple[int, ...]) -> Values:
        """What a text such as `package.module:name` leads to."""
        names = self._evaluator.texts.of(path, positional[0]) if positional else None
        if names is None:
            return {Dynamic(dotted.rpartition(".")[2]): ()}
        found: list[Values] = []
        for name in names:
            module, _, inner = name.partition(":") if ":" in name else name.rpartition(".")
            owner = self._evaluator.names.module(module)
            found.append(self._deep(owner, (inner,), ()) if inner else {owner: ()})
        return merged(found)

    def _run(self, path: str, dotted: str, positional: tuple[int, ...]) -> Values:
        """What a text leads to that is run: undecided, unless it names no old package."""
        texts = self._evaluator.texts.of(path, positional[0]) if positional else None
        packages = [symbol.partition(".")[0] for symbol in self._tree.scope.legacy]
        is_harmless = texts and not any(one in text for text in texts for one in packages)
        if is_harmless and dotted != "runpy.run_path":
            return {}
        return {Dynamic(dotted.removeprefix("builtins.")): ()}

    def _getattr(self, path: str, positional: tuple[int, ...]) -> Values:
        names = self._evaluator.texts.of(path, positional[1])
        owners = self._evaluator.values(path, positional[0])
        found = [
            self._evaluator.members.by_text(path, owner, names, "getattr", way)
            for owner, way in owners.items()
        ]
        return merged([*found, self._evaluator.all_of(path, positional[2:])])

    def _getter(self, path: str, positional: tuple[int, ...]) -> Values:
        names: set[str] = set()
        for one in positional:
            texts = self._evaluator.texts.of(path, one)
            if texts is None:
                return {Made("operator.attrgetter"): ()}
            names |= texts
        return {Getter(tuple(sorted(names))): ()}
