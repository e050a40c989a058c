"""A source read, linked and judged, all of it anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import perf_counter

from migration_tracker.scanning import documents
from migration_tracker.scanning.cache import Cache
from migration_tracker.scanning.fingerprint import Fingerprints
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
from migration_tracker.scanning.loading import Loaded
from migration_tracker.scanning.rules import RULES, Subject
from migration_tracker.scanning.scope import Scope
from migration_tracker.scanning.selection import Selected
from migration_tracker.scanning.sources import Entry, Source, Unreadable
from migration_tracker.scanning.survey import Survey

_MOST_OTHER_BYTES = 20_000_000
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
