"""What a whole scan adds to an inventory: fingerprints, checklists, and what a phase's documents say."""

from __future__ import annotations

from collections.abc import Sequence

from migration_tracker.scanning import documents
from migration_tracker.scanning.fingerprint import Fingerprints
from migration_tracker.scanning.inventory import Finding, Judgement, PhaseReport, Status, Verdict
from migration_tracker.scanning.loading import Loaded
from migration_tracker.scanning.rules import RULES, Subject
from migration_tracker.scanning.scope import Scope
from migration_tracker.scanning.selection import Selected
from migration_tracker.scanning.survey import Survey

_MOST_BYTES = 20_000_000


class Judging:
    """Judges a tree that was surveyed.

    Args:
        loaded: its files.
        survey: what was found in them.
        scope: what is looked for.
    """

    def __init__(self, loaded: Loaded, survey: Survey, scope: Scope) -> None:
        self._loaded = loaded
        self._survey = survey
        self._scope = scope
        self._fingerprints = Fingerprints(loaded, survey.modules, scope.also)

    @property
    def warnings(self) -> Sequence[str]:
        """What is amiss with what the definition names for fingerprints."""
        return self._fingerprints.warnings

    def fingerprint(self, worker: Selected) -> str:
        return self._fingerprints.of(worker.path)

    def checklist(self, worker: Selected, found: tuple[Finding, ...], state: Status) -> tuple[Judgement, ...]:
        """The scanner's word on each item of a worker, by its findings and its status."""
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

    def phases(self) -> tuple[PhaseReport, ...]:
        """What each phase's documents say."""
        wanted = {document.path for phase in self._scope.phases for document in phase.documents}
        paths = sorted(wanted & set(self._loaded.paths))
        contents = dict(self._loaded.source.read(paths, most=_MOST_BYTES))
        return tuple(
            PhaseReport(phase.key, tuple(documents.judge(document, contents) for document in phase.documents))
            for phase in self._scope.phases
            if phase.documents
        )
