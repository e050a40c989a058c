"""What files import, and what they reach by it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from sys import intern
from typing import NamedTuple

from migration_tracker.scanning.modules import Modules

# Bytes from 0x80 on are letters here: a name may be written in any script. Every repetition is bounded, so
# that no file takes long.
_IMPORT = re.compile(
    rb"\bfrom\b[ \t\\\r\n]{0,50}(\.[.\s]{0,50})?([\w.\x80-\xff]{0,300})[\s\\]{1,50}import\b[\s\\]{0,50}"
    rb"(\([^)]{0,20000}\)?|\*|[^\n;]{0,2000})"
    rb"|\bimport[ \t\\]{1,50}([\w., \t\x80-\xff]{0,2000})"
    rb"|\b(?:import_module|__import__)\([\s]{0,50}['\"]([.\w\x80-\xff]{1,300})"
)
_NAME = re.compile(rb"[\w\x80-\xff][\w.\x80-\xff]*")


class Import(NamedTuple):
    """`from ..module import names`, or `import module` without names."""

    level: int
    module: str
    names: tuple[str, ...]


def imports_in(content: bytes) -> tuple[Import, ...]:
    """The imports that a file's bytes may hold: never less than it does, and more if comments hold some."""
    found: dict[Import, None] = {}
    for dots, module, names, plain, computed in _IMPORT.findall(content):
        if plain:
            found.update((Import(0, _text(name), ()), None) for name in _NAME.findall(plain))
        elif computed:
            found[Import(0, _text(computed), ())] = None
        else:
            listed = tuple(_text(name) for name in _NAME.findall(names))
            found[Import(dots.count(b"."), _text(module), listed)] = None
    return tuple(found)


class Reaching:
    """Finds what files of a tree reach by import.

    Args:
        modules: the modules of the tree.
        imports: what a file imports; what leads where is found once for each answer.
    """

    def __init__(self, modules: Modules, imports: Callable[[str], Sequence[Import]]) -> None:
        self._modules = modules
        self._imports = imports
        self._targets: dict[str, tuple[Sequence[Import], frozenset[str], frozenset[str]]] = {}
        """By file: its imports, the names that they may be, and the files that these are."""

    def go_over(self, modules: Modules) -> None:
        """Go over to the modules of another tree."""
        other = self._modules.differences(modules)
        self._targets = {path: one for path, one in self._targets.items() if other.isdisjoint(one[1])}
        self._modules = modules

    def reached(self, paths: Iterable[str]) -> set[str]:
        """The files that files reach by import, themselves included."""
        found = set(paths)
        queue = list(found)
        while queue:
            fresh = self._leads_to(queue.pop()) - found
            found |= fresh
            queue += fresh
        return found

    def _leads_to(self, path: str) -> frozenset[str]:
        """The files that a file imports, with the packages around them and around itself."""
        imports = self._imports(path)
        known = self._targets.get(path)
        if known is not None and known[0] is imports:
            return known[2]
        names = set(_with_packages(self._modules.name(path)))
        for one in imports:
            names |= _imported(path, one, self._modules)
        targets = frozenset([at for name in names if (at := self._modules.path(name)) is not None])
        self._targets[path] = imports, frozenset(names), targets
        return targets


def _imported(path: str, one: Import, modules: Modules) -> set[str]:
    module = modules.absolute(path, one.level, one.module)
    if not module:
        return set(one.names)
    return {*_with_packages(module), *[intern(f"{module}.{name}") for name in one.names]}


def _with_packages(name: str) -> Iterable[str]:
    while name:
        yield intern(name)
        name = name.rpartition(".")[0]


def _text(name: bytes) -> str:
    text = name.decode("utf-8", errors="replace")
    return text if text.isascii() else unicodedata.normalize("NFKC", text)  # as Python takes names
