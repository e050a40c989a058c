"""The whole of lint: from a work tree, a definition and a baseline to an outcome."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from migration_tracker.definition import Definition
from migration_tracker.linting import gate, phases, ratchet
from migration_tracker.linting.baseline import Baseline, load
from migration_tracker.linting.examine import examine
from migration_tracker.linting.identity import identity
from migration_tracker.linting.moves import Texts, before
from migration_tracker.linting.outcome import Outcome, Problem
from migration_tracker.linting.ratchet import compare
from migration_tracker.scanning import Inventory, WorkTree, git, scan
from migration_tracker.scanning.cache import Cache
from migration_tracker.scanning.text import texts

GUIDE = "docs/WORKER_MIGRATION_GUIDE.md"


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of lint.

    Args:
        baseline: another file than the definition names; it must be there, unless it is to be written.
        update: write the baseline: take away what was fixed, follow what moved. A first one takes in all.
        against: the revision that HEAD is to be merged into.
        part_way: atomic phases may be under way, as in a commit that is not yet to be merged.
        reported: which paths are reported.
    """

    baseline: Path | None = None
    update: bool = False
    against: str | None = None
    part_way: bool = False
    reported: Callable[[str], bool] = lambda _path: True


def lint(root: Path, definition: Definition, request: Request, cache: Cache) -> Outcome:
    """Scan a work tree and say what must change.

    Raises:
        SourceError: the files cannot be read, or the revision to merge into is not there.
        ScopeError: the definition does not fit them.
        LintError: the baseline cannot be read or written.
    """
    source = WorkTree(root)
    root = source.root
    now = partial(texts, source)
    inventory = scan(source, definition.scope, cache)
    examined = examine(source, definition, inventory)
    unreadable = [one.path for one in inventory.files.unreadable]
    baseline, is_first = _baseline(root, definition, request)
    compared = compare(examined.uses, baseline, unreadable, before(root, baseline.name), now)
    if request.update:
        known = map(identity, examined.uses) if is_first else compared.recorded
        baseline = baseline.write(root / baseline.name, known)
        compared = compare(examined.uses, baseline, unreadable, None, now)
    guide = _guide(root, definition)
    found = [
        *examined.problems,
        *ratchet.problems(compared, baseline, definition.replacement, guide),
        *_at_the_gate(root, definition, request, inventory, baseline, now, cache),
    ]
    return Outcome(
        inventory=inventory,
        problems=tuple(
            sorted((one for one in found if any(map(request.reported, one.about))), key=lambda one: one.place)
        ),
        known=tuple(one for one in compared.known if request.reported(one.path)),
        suppressed=tuple(one for one in examined.suppressed if request.reported(one.found.path)),
        baseline=baseline.name,
        is_recorded=request.update or not is_first,
        guide=guide,
        prefix=git.prefix(root) if git.is_inside(root) else "",
        warnings=(*inventory.warnings, *examined.warnings),
    )


def _at_the_gate(
    root: Path,
    definition: Definition,
    request: Request,
    inventory: Inventory,
    baseline: Baseline,
    now: Texts,
    cache: Cache,
) -> list[Problem]:
    """What is wrong with merging this."""
    found: list[Problem] = []
    then: Inventory | None = None
    renamed: Mapping[str, str] = {}
    if request.against is not None:
        target = gate.target(root, request.against, definition, baseline.name, cache)
        found += gate.grown(baseline, target, root, now)
        then, renamed = target.inventory, target.renamed
    return found if request.part_way else found + phases.partial(definition, inventory, then, renamed)


def _baseline(root: Path, definition: Definition, request: Request) -> tuple[Baseline, bool]:
    """The baseline, and whether it is yet to be written for the first time."""
    path = (request.baseline or root / definition.lint.baseline).absolute()
    name = path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
    is_first = not path.exists()
    if is_first and (request.update or not request.baseline):
        return Baseline(name), is_first
    return load(path, name), is_first


def _guide(root: Path, definition: Definition) -> str:
    return definition.lint.guide or (GUIDE if (root / GUIDE).is_file() else "")
