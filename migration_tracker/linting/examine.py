"""Looks at a scan's findings the way lint does: which of them are uses, and which a comment allows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from migration_tracker.definition import FILE_NAME, Definition
from migration_tracker.linting.outcome import Check, Problem, Suppressed
from migration_tracker.linting.suppression import MARK, Suppression, suppressions
from migration_tracker.scanning import Finding, Inventory, Place, Rule, Source, globs
from migration_tracker.scanning.text import MOST_BYTES, texts


@dataclass(frozen=True, slots=True)
class Examined:
    """The uses that nothing allows, those that a comment allows, and what is wrong with comments."""

    uses: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...]
    problems: tuple[Problem, ...]
    warnings: tuple[str, ...]


def examine(source: Source, definition: Definition, inventory: Inventory) -> Examined:
    """Sort the direct findings of a scan; type-only use and what `[lint] exclude` names is left out."""
    excluded = globs.matcher(one.glob for one in definition.lint.exclude)
    found = [one for one in uses(inventory) if not excluded(one.path)]
    own = own_suppressions(source, definition)
    by_line: Mapping[tuple[str, int], Suppression] = {
        (one.path, line): one for one in own if not one.wrong for line in range(one.first, one.last + 1)
    }
    suppressed = [
        Suppressed(one, by_line[one.path, one.line]) for one in found if (one.path, one.line) in by_line
    ]
    used = {one.suppression for one in suppressed}
    return Examined(
        uses=tuple(one for one in found if (one.path, one.line) not in by_line),
        suppressed=tuple(suppressed),
        problems=tuple(_problem(one) for one in own if one.wrong or one not in used),
        warnings=tuple(_warnings(definition, _own_paths(source))),
    )


def uses(inventory: Inventory) -> list[Finding]:
    """Every use of the old client that a scan found or could not rule out, in the order of places."""
    found = [*inventory.elsewhere, *(one for worker in inventory.workers for one in worker.findings)]
    return sorted(
        (one for one in found if one.rule is Rule.DIRECT and not one.is_type),
        key=lambda one: (one.place, one.symbol),
    )


def own_suppressions(source: Source, definition: Definition) -> list[Suppression]:
    """Every suppression, right or wrong, in the files that lint looks at; another migration's are its own."""
    excluded = globs.matcher(one.glob for one in definition.lint.exclude)
    paths = [path for path in _own_paths(source) if not excluded(path)]
    marked = [
        path
        for path, content in source.read(paths, most=MOST_BYTES)
        if isinstance(content, bytes) and MARK in content
    ]
    return [one for path, text in texts(source, marked).items() for one in suppressions(path, text)]


def _own_paths(source: Source) -> list[str]:
    every = [entry.path for entry in source.entries()]
    foreign = tuple(path.removesuffix(FILE_NAME) for path in every if path.endswith(f"/{FILE_NAME}"))
    return [path for path in every if path.endswith(".py") and not path.startswith(foreign)]


def _problem(one: Suppression) -> Problem:
    place = Place(one.path, one.line, one.column)
    if one.wrong:
        return Problem(Check.WRONG_SUPPRESSION, place, one.wrong, (one.path,))
    message = "suppresses nothing; take it away"
    return Problem(Check.UNUSED_SUPPRESSION, place, message, (one.path,))


def _warnings(definition: Definition, paths: Iterable[str]) -> Iterable[str]:
    paths = list(paths)
    for one in definition.lint.exclude:
        if not any(map(globs.matcher([one.glob]), paths)):
            yield f"lint.exclude: “{one.glob}” matches no Python file"
