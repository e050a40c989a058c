"""The whole of lint: from a work tree, a definition and a baseline to an outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
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
from migration_tracker.linting.ratchet import Comparison, compare
from migration_tracker.scanning import Finding, Inventory, WorkTree, git, scan
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
    return _Run(WorkTree(root), definition, request, cache).outcome()


class _Run:
    """One run, step by step."""

    def __init__(self, source: WorkTree, definition: Definition, request: Request, cache: Cache) -> None:
        self._source = source
        self._root = source.root
        self._definition = definition
        self._request = request
        self._cache = cache
        self._now: Texts = partial(texts, source)
        self._path = (
            request.baseline.absolute() if request.baseline else self._root / definition.lint.baseline
        )
        self._is_recorded = self._path.exists()

    def outcome(self) -> Outcome:
        inventory = scan(self._source, self._definition.scope, self._cache)
        examined = examine(self._source, self._definition, inventory)
        baseline, compared = self._compared(examined.uses, inventory)
        guide = self._guide()
        found = [
            *examined.problems,
            *ratchet.problems(compared, baseline, self._definition.replacement, guide),
            *self._at_the_gate(inventory, examined.uses, baseline),
        ]
        reported = self._request.reported
        return Outcome(
            inventory=inventory,
            problems=tuple(
                sorted((one for one in found if any(map(reported, one.about))), key=lambda one: one.place)
            ),
            known=tuple(one for one in compared.known if reported(one.path)),
            suppressed=tuple(one for one in examined.suppressed if reported(one.found.path)),
            baseline=baseline.name,
            is_recorded=self._request.update or self._is_recorded,
            guide=guide,
            prefix=git.prefix(self._root) if git.is_inside(self._root) else "",
            warnings=(*inventory.warnings, *examined.warnings),
        )

    def _compared(self, uses: Sequence[Finding], inventory: Inventory) -> tuple[Baseline, Comparison]:
        """The baseline, written anew if that was asked for, and what it makes of the uses."""
        unreadable = [one.path for one in inventory.files.unreadable]
        baseline = self._baseline()
        compared = compare(uses, baseline, unreadable, before(self._root, baseline.name), self._now)
        if not self._request.update:
            return baseline, compared
        known = compared.recorded if self._is_recorded else map(identity, uses)
        baseline = baseline.write(self._path, known)
        return baseline, compare(uses, baseline, unreadable, None, self._now)

    def _baseline(self) -> Baseline:
        """The baseline as it is; an empty one where none was written yet."""
        root, path = self._root, self._path
        name = path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
        is_asked_for = self._request.baseline is not None and not self._request.update
        return load(path, name) if self._is_recorded or is_asked_for else Baseline(name)

    def _at_the_gate(
        self, inventory: Inventory, uses: Sequence[Finding], baseline: Baseline
    ) -> Iterator[Problem]:
        """What is wrong with merging this."""
        then: Inventory | None = None
        renamed: Mapping[str, str] = {}
        if (against := self._request.against) is not None:
            target = gate.target(self._root, against, self._definition, baseline.name, self._cache)
            yield from gate.grown(baseline, uses, target, self._root, self._now)
            then, renamed = target.inventory, target.renamed
        if not self._request.part_way:
            yield from phases.partial(self._definition, inventory, then, renamed)

    def _guide(self) -> str:
        return self._definition.lint.guide or (GUIDE if (self._root / GUIDE).is_file() else "")
