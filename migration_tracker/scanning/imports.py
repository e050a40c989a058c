"""What files import, and what they reach by it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
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


def reached(paths: Iterable[str], modules: Modules, imports: Callable[[str], Iterable[Import]]) -> set[str]:
    """The files that files reach by import, themselves included.

    Args:
        paths: the files to begin with.
        modules: the modules of the tree.
        imports: what a file imports.
    """
    found = set(paths)
    queue = list(found)
    while queue:
        current = queue.pop()
        names = set(_with_packages(modules.name(current)))
        for one in imports(current):
            names |= _imported(current, one, modules)
        for name in names:
            target = modules.path(name)
            if target is not None and target not in found:
                found.add(target)
                queue.append(target)
    return found


def _imported(path: str, one: Import, modules: Modules) -> set[str]:
    module = modules.absolute(path, one.level, one.module)
    if not module:
        return {name for name in one.names if not one.level or modules.path(name)}
    names = set(_with_packages(module))
    for name in one.names:
        if modules.path(f"{module}.{name}") is not None:
            names.add(f"{module}.{name}")
    return names


def _with_packages(name: str) -> Iterable[str]:
    while name:
        yield name
        name = name.rpartition(".")[0]


def _text(name: bytes) -> str:
    text = name.decode("utf-8", errors="replace")
    return text if text.isascii() else unicodedata.normalize("NFKC", text)  # as Python takes names
