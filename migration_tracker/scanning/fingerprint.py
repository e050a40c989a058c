"""Fingerprints: over a worker's file, every module of the tree it reaches by import, and what is named."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping

from migration_tracker.scanning.imports import Import
from migration_tracker.scanning.modules import Modules


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


def fingerprint(parts: Mapping[str, str]) -> str:
    """One digest over many, by path."""
    joined = "\n".join(f"{path}\0{parts[path]}" for path in sorted(parts))
    return hashlib.sha256(joined.encode(errors="surrogateescape")).hexdigest()


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
