"""The scan itself: from a source and a scope to an inventory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from time import perf_counter

from migration_tracker.scanning import documents
from migration_tracker.scanning.cache import Cache, NoCache
from migration_tracker.scanning.fingerprint import Fingerprints
from migration_tracker.scanning.interpreter import at_full_depth
from migration_tracker.scanning.inventory import (
    Files,
    Finding,
    Inventory,
    Judgement,
    Kind,
    PhaseReport,
    Rule,
    Status,
    Verdict,
    WorkerReport,
)
from migration_tracker.scanning.kept import Kept
from migration_tracker.scanning.loading import Loaded
from migration_tracker.scanning.rules import RULES, Subject
from migration_tracker.scanning.scope import Scope
from migration_tracker.scanning.selection import Selected
from migration_tracker.scanning.sources import Entry, Source, Unreadable
from migration_tracker.scanning.survey import Survey

_MOST_OTHER_BYTES = 20_000_000
_OWN_DEFINITION = "/migration.toml"


def scan(
    source: Source, scope: Scope, cache: Cache | None = None, *, with_checklist: bool = True
) -> Inventory:
    """Say who still uses the old client, and how.

    Args:
        source: the files, of a work tree or of a revision.
        scope: what to look for.
        cache: what earlier scans read; without one every file is read anew.
        with_checklist: also judge the checklists and take the fingerprints; without, a worker's checklist
            and fingerprint are empty, and no phase is reported.

    Raises:
        SourceError: the files cannot be read.
        ScopeError: the scope does not fit them.
    """
    began = perf_counter()
    entries = source.entries()
    kept = Kept(source, entries, scope, cache, with_checklist=with_checklist) if cache else None
    if kept and (known := kept.find()) is not None:
        return replace(known, seconds=round(perf_counter() - began, 3))
    with at_full_depth():
        made = _Scan(source, entries, scope, cache or NoCache(), with_checklist)
        inventory = made.inventory(began)
    if kept:
        kept.keep(inventory, made.ids)
    return inventory


class _Scan:
    """One scan, step by step."""

    def __init__(
        self, source: Source, entries: Sequence[Entry], scope: Scope, cache: Cache, with_checklist: bool
    ) -> None:
        self._source = source
        self._scope = scope
        self._loaded = Loaded(source, entries, cache, with_outlines=with_checklist)
        self._survey = Survey(scope, self._loaded.reader, with_tasks=with_checklist)
        self._survey.take(self._loaded.files)
        self._fingerprints = (
            Fingerprints(self._loaded, self._survey.modules, scope.also) if with_checklist else None
        )

    @property
    def ids(self) -> Mapping[str, str]:
        """Git's ids of the Python files, as they were read."""
        return self._loaded.files

    def inventory(self, began: float) -> Inventory:
        survey, files, source = self._survey, self._loaded.files, self._source
        facts = survey.link.tree.facts
        workers = tuple(self._report(worker) for worker in survey.workers)
        unreadable = survey.unreadable
        warnings = [*survey.warnings, *(self._fingerprints.warnings if self._fingerprints else ())]
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
            phases=self._phases() if self._fingerprints else (),
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
            fingerprint=self._fingerprints.of(worker.path) if self._fingerprints else "",
            findings=mine,
            checklist=self._checklist(worker, mine, state) if self._fingerprints else (),
        )

    def _checklist(
        self, worker: Selected, found: tuple[Finding, ...], state: Status
    ) -> tuple[Judgement, ...]:
        link = self._survey.link
        facts = link.tree.facts.get(worker.path)
        if facts is None:
            reason = self._survey.unreadable.get(worker.path, "not read")
            return tuple(
                Judgement(item, Verdict.UNKNOWN, f"{worker.path} could not be read: {reason}")
                for item in self._scope.items
            )
        subject = Subject(worker.path, facts, link, found, state)
        rules = {rule.item: rule for rule in RULES}
        return tuple(rules[item].judgement(subject) for item in self._scope.items if item in rules)

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

    def _phases(self) -> tuple[PhaseReport, ...]:
        wanted = {document.path for phase in self._scope.phases for document in phase.documents}
        contents = dict(self._source.read(sorted(wanted & set(self._loaded.paths)), most=_MOST_OTHER_BYTES))
        return tuple(
            PhaseReport(phase.key, tuple(documents.judge(document, contents) for document in phase.documents))
            for phase in self._scope.phases
            if phase.documents
        )
