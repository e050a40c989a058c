"""What a file imports, told from its bytes: never less than it does, and sometimes more."""

from __future__ import annotations

import re
from dataclasses import dataclass

_IMPORT = re.compile(
    rb"\bfrom\s+([.\s]*)([\w.]*)\s*import\b\s*(\([^)]*\)?|\*|[^\n;]*)"
    rb"|\bimport[ \t\\]+([\w., \t]*)"
    rb"|\b(?:import_module|__import__)\(\s*['\"]([.\w]+)"
)
_NAME = re.compile(rb"\w[\w.]*")


@dataclass(frozen=True, slots=True)
class Import:
    """`from ..module import names`, or `import module` without names."""

    level: int
    module: str
    names: tuple[str, ...]


def imports_in(content: bytes) -> tuple[Import, ...]:
    """The imports that a file's bytes may hold, comments and strings included."""
    found: dict[Import, None] = {}
    for dots, module, names, plain, computed in _IMPORT.findall(content):
        if plain:
            found.update((Import(0, _text(name), ()), None) for name in _NAME.findall(plain))
        elif computed:
            found[Import(0, _text(computed), ())] = None
        else:
            listed = tuple(_text(name) for name in _NAME.findall(names))
            inner = module.lstrip(b".")
            level = dots.count(b".") + len(module) - len(inner)
            found[Import(level, _text(inner), listed)] = None
    return tuple(found)


def _text(name: bytes) -> str:
    return name.decode("utf-8", errors="replace")
