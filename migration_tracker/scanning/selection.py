"""Which files are workers, what they are called, and which phase each belongs to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from migration_tracker.scanning import globs
from migration_tracker.scanning.errors import ScopeError
from migration_tracker.scanning.scope import Scope


class Selected(NamedTuple):
    """A worker's file. Its domain is the first part of its name."""

    name: str
    path: str
    phase: str | None

    @property
    def domain(self) -> str:
        return self.name.partition("/")[0]


def select(paths: Iterable[str], scope: Scope) -> tuple[list[Selected], list[str]]:
    """The workers among the files of a tree, by name, and warnings about phases that name none of them.

    Raises:
        ScopeError: a worker lies below no root, or two have one name.
    """
    included, excluded = globs.matcher(scope.include), globs.matcher(scope.exclude)
    named: dict[str, str] = {}
    for path in paths:
        if path.endswith(".py") and included(path) and not excluded(path):
            name = _name(path, scope.roots)
            if name in named:
                raise ScopeError(
                    f"workers.root: {named[name]} and {path} would both be called “{name}”; "
                    "choose roots that keep the names apart"
                )
            named[name] = path
    phases = [(phase.key, entry, globs.matcher([entry])) for phase in scope.phases for entry in phase.workers]
    workers = [
        Selected(name, path, next((key for key, _, matches in phases if matches(name)), None))
        for name, path in sorted(named.items())
    ]
    warnings = [
        f"phases: “{entry}” in {key} matches no worker"
        for key, entry, matches in phases
        if not any(matches(name) for name in named)
    ]
    return workers, warnings


def _name(path: str, roots: Iterable[str]) -> str:
    below = [
        path if root == "." else path.removeprefix(f"{root}/") for root in roots if _is_below(path, root)
    ]
    if not below:
        raise ScopeError(
            f"workers.root: {path} is included but lies below no root; add its folder to workers.root"
        )
    return min(below, key=len).removesuffix(".py")


def _is_below(path: str, root: str) -> bool:
    return root == "." or path.startswith(f"{root}/")
