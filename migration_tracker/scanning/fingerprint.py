"""Fingerprints: over a worker's file, every module of the tree it reaches by import, and what is named."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping

from migration_tracker.scanning.modules import Modules
from migration_tracker.scanning.outline import Import, Outline


def reached(path: str, modules: Modules, outline: Callable[[str], Outline | None]) -> set[str]:
    """The files that a file reaches by import, itself included.

    Args:
        path: the file to begin with.
        modules: the modules of the tree.
        outline: the outline of a file; None if it cannot be read.
    """
    found = {path}
    queue = [path]
    while queue:
        current = queue.pop()
        seen = outline(current)
        names = set(_with_packages(modules.name(current)))
        for one in seen.imports if seen else ():
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
