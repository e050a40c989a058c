"""What calls of functions from outside the tree give, of those that the scanner knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migration_tracker.scanning.linking.values import (
    Dynamic,
    Getter,
    Held,
    Made,
    ModuleValue,
    Namespace,
    Symbol,
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
        "importlib.reload",
        "typing.cast",
    }
)
_RESOLVERS = ("pkgutil.resolve_name", "import_string", "resolve_name", "import_object")
_RUNNERS = frozenset({"builtins.exec", "builtins.eval", "runpy.run_module", "runpy.run_path"})
_NAMESPACES = frozenset({"builtins.globals", "builtins.locals", "builtins.vars"})
_LOADERS = frozenset(
    {
        "imp.load_source",
        "importlib.machinery.SourceFileLoader",
        "importlib.metadata.entry_points",
        "importlib_metadata.entry_points",
        "pkg_resources.iter_entry_points",
        "pkg_resources.load_entry_point",
    }
)
"""What they load is told by files that lie elsewhere, or are installed."""


class Outsiders:
    """Knows what Python's own and other libraries' functions give that lead back into the tree."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._tree = evaluator.tree

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

    def deep(self, owner: Value, names: tuple[str, ...], way: Way) -> Values:
        """Members of a value by dotted names."""
        found: Values = {}
        for name in names:
            values: Values = {owner: way}
            for part in name.split("."):
                values = merged(
                    self._evaluator.members.attribute(value, part, onward) for value, onward in values.items()
                )
            found = merged([found, values])
        return found

    def call(self, path: str, dotted: str, positional: tuple[int, ...], named: dict[str, int]) -> Values:
        """What a call of a function gives, by its full name.

        Args:
            path: the file of the call.
            dotted: the function.
            positional: the terms of its arguments by position.
            named: those by name.
        """
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
        if dotted == "operator.methodcaller" and positional:
            return self._method(path, positional[0])
        if dotted == "functools.reduce" and len(positional) > 2:
            return self._reduced(path, positional)
        if dotted == "importlib.util.find_spec" and positional:
            return self._spec(path, positional[0])
        if dotted == "importlib.util.module_from_spec":
            return self._of_spec(path, [*positional, *named.values()])
        if dotted in _LOADERS:
            return {Dynamic(dotted): ()}
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
            found.append(self.deep(owner, (inner,), ()) if inner else {owner: ()})
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

    def _method(self, path: str, name: int) -> Values:
        """What calls a method of whatever it is given: undecided if an old client bears its name."""
        names = self._evaluator.texts.of(path, name) or set()
        is_client = any(symbol.rpartition(".")[2] in names for symbol in self._tree.scope.legacy)
        return {Dynamic("operator.methodcaller"): ()} if is_client else {}

    def _reduced(self, path: str, positional: tuple[int, ...]) -> Values:
        """What `reduce(getattr, ["a", "b"], owner)` gives; other uses of `reduce` are not followed."""
        if Symbol("builtins.getattr") not in self._evaluator.values(path, positional[0]):
            return {}
        written = self._tree.facts[path].terms[positional[1]]
        parts = [self._evaluator.texts.of(path, one) for one in written[1]] if written[0] == "hold" else []
        owners = self._evaluator.values(path, positional[2])
        if parts and all(part is not None and len(part) == 1 for part in parts):
            name = ".".join(one for part in parts for one in part or ())
            return merged(self.deep(owner, (name,), way) for owner, way in owners.items())
        members = self._evaluator.members
        return merged(members.by_text(path, owner, None, "getattr", way) for owner, way in owners.items())

    def _spec(self, path: str, name: int) -> Values:
        """What is found of a module before it is imported: it holds the module."""
        names = self._evaluator.texts.of(path, name)
        modules = self.modules(path, names, "importlib.util.find_spec") if names is not None else {}
        return {held(module): way for module, way in modules.items()}

    def _of_spec(self, path: str, given: list[int]) -> Values:
        """The modules of specs; undecided where a spec is not known, such as that of some file."""
        specs = self._evaluator.all_of(path, given)
        modules = {spec.value: way for spec, way in specs.items() if isinstance(spec, Held)}
        return modules or {Dynamic("importlib.util.module_from_spec"): ()}
