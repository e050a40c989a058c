"""Which dotted module name belongs to which file, given where absolute imports resolve."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache


class Modules:
    """The modules of a tree.

    Args:
        paths: its Python files.
        source_roots: folders where absolute imports resolve, the first first; `.` is the tree itself.

    Of two files for one name that in the earlier root counts, and in one root a package before a module, as
    Python finds them: https://docs.python.org/3/reference/import.html#the-path-based-finder.
    """

    def __init__(self, paths: Iterable[str], source_roots: Iterable[str]) -> None:
        self._path: dict[str, str] = {}
        self._name: dict[str, str] = {}
        self._packages: set[str] = set()
        self._rank: dict[str, tuple[int, bool]] = {}
        listed = ["" if root == "." else f"{root}/" for root in source_roots]
        innermost_first = sorted(enumerate(listed), key=lambda one: len(one[1]), reverse=True)
        for path in paths:
            for order, root in innermost_first:
                if path.startswith(root):
                    self._add(path, path.removeprefix(root), order)

    def path(self, name: str) -> str | None:
        """The file of a module, None if it is no module of the tree."""
        return self._path.get(name)

    def name(self, path: str) -> str:
        """The module a file is, by the innermost source root it lies in."""
        return self._name.get(path, path.removesuffix(".py").replace("/", "."))

    def is_package(self, name: str) -> bool:
        """Whether there are modules below a name, with or without an `__init__.py`."""
        return name in self._packages

    def differences(self, other: Modules) -> set[str]:
        """The names that are other modules or packages there, or none."""
        moved = {name for name, path in self._path.items() ^ other._path.items()}
        return moved | (self._packages ^ other._packages)

    def absolute(self, path: str, level: int, module: str) -> str:
        """The absolute name of `..module` as written in a file; empty if it leads out of the tree."""
        if not level:
            return module
        parts = self.name(path).split(".")
        if not path.endswith("__init__.py"):
            parts.pop()
        kept = len(parts) - (level - 1)
        if kept <= 0:
            return ""
        return ".".join([*parts[:kept], *([module] if module else [])])

    def _add(self, path: str, below: str, order: int) -> None:
        name = _named(below)
        if not name:
            return
        rank = order, not path.endswith("/__init__.py")
        if name not in self._path or rank < self._rank[name]:
            self._path[name] = path
            self._rank[name] = rank
        self._name.setdefault(path, name)
        package = name if path.endswith("__init__.py") else name.rpartition(".")[0]
        while package and package not in self._packages:  # those around it are there with it
            self._packages.add(package)
            package = package.rpartition(".")[0]


@lru_cache(maxsize=50_000)
def _named(below: str) -> str:
    """The dotted name of a file by its path below a source root; empty if no import can name it."""
    name = below.removesuffix(".py").replace("/", ".")
    name = name.removesuffix(".__init__") if name != "__init__" else ""
    return name if all(part.isidentifier() for part in name.split(".")) else ""
