"""A source read, linked and judged, all of it anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import TYPE_CHECKING

from migration_tracker.scanning.cache import Cache
from migration_tracker.scanning.inventory import (
    Files,
    Finding,
    Inventory,
    Kind,
    Rule,
    WorkerReport,
)
from migration_tracker.scanning.loading import Loaded
from migration_tracker.scanning.scope import Scope
from migration_tracker.scanning.selection import Selected
from migration_tracker.scanning.sources import Entry, Source, Unreadable
from migration_tracker.scanning.survey import Survey

if TYPE_CHECKING:
    from migration_tracker.scanning.judging import Judging

_OWN_DEFINITION = "/migration.toml"


class Scanner:
    """One scan, step by step."""

    def __init__(
        self, source: Source, entries: Sequence[Entry], scope: Scope, cache: Cache, with_checklist: bool
    ) -> None:
        self._source = source
        self._scope = scope
        self._loaded = Loaded(source, entries, cache, with_outlines=with_checklist)
        self._survey = Survey(scope, self._loaded.reader, with_tasks=with_checklist)
        self._survey.take(self._loaded.files)
        self._judging: Judging | None = None
        if with_checklist:
            from migration_tracker.scanning.judging import Judging  # slow to import

            self._judging = Judging(self._loaded, self._survey, scope)

    @property
    def ids(self) -> Mapping[str, str]:
        """Git's ids of the Python files, as they were read."""
        return self._loaded.files

    def inventory(self, began: float) -> Inventory:
        survey, files, source = self._survey, self._loaded.files, self._source
        facts = survey.link.tree.facts
        workers = tuple(self._report(worker) for worker in survey.workers)
        unreadable = survey.unreadable
        warnings = [*survey.warnings, *(self._judging.warnings if self._judging else ())]
        return Inventory(
            repository=str(source.root),
            commit=source.commit,
            dirty=source.dirty,
            seconds=round(perf_counter() - began, 3),
            files=Files(
                seen=len(files),
                parsed=len(facts),
                cached=sum(files[path] in self._loaded.reader.cached for path in facts),
                unreadable=tuple(Unreadable(path, unreadable[path]) for path in sorted(unreadable)),
            ),
            workers=workers,
            elsewhere=self._elsewhere(),
            phases=self._judging.phases() if self._judging else (),
            warnings=tuple(warnings),
        )

    def _report(self, worker: Selected) -> WorkerReport:
        mine = self._survey.found(worker.path)
        state = self._survey.status(worker.path)
        return WorkerReport(
            name=worker.name,
            path=worker.path,
            domain=worker.domain,
            phase=worker.phase,
            status=state,
            fingerprint=self._judging.fingerprint(worker) if self._judging else "",
            findings=mine,
            checklist=self._judging.checklist(worker, mine, state) if self._judging else (),
        )

    def _elsewhere(self) -> tuple[Finding, ...]:
        """Direct clients outside workers, the layer itself, and folders with a migration of their own.

        What only runs a worker, and reaches a client through it, is that worker's matter.
        """
        survey = self._survey
        workers = {worker.path for worker in survey.workers}
        through = tuple(f"{survey.modules.name(path)}." for path in workers)
        others = tuple(
            path.removesuffix("migration.toml")
            for path in self._loaded.paths
            if path.endswith(_OWN_DEFINITION)
        )
        return tuple(
            one
            for path in sorted(survey.link.tree.facts)
            if path not in workers and not path.startswith(others) and not survey.is_sanctioned(path)
            for one in survey.found(path)
            if one.rule is Rule.DIRECT
            and not one.is_type
            and one.kind is not Kind.DYNAMIC
            and not any(name.startswith(through) for name in one.via)
        )
