"""Makes a patch and puts it to the proof in a scratch checkout: applied, scanned, booted on both transports.

The repository itself is only read.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from django.conf import settings

from migration_tracker import codemods, probing, scanning
from migration_tracker.checkouts import checkout
from migration_tracker.definition import Definition
from migration_tracker.inventory import code
from migration_tracker.inventory import queries as inventory
from migration_tracker.patches.models import Outcome, Patch
from migration_tracker.patches.services import Proof, StepReport
from migration_tracker.probing import ProbingError, Result
from migration_tracker.probing.plan import prepare
from migration_tracker.scanning import Revision, ScanningError, Source, Status, Verdict
from migration_tracker.smoke import queries as smoke
from migration_tracker.smoke.models import Transport

log = logging.getLogger(__name__)

OnStep = Callable[[StepReport], None]
_ON = {Transport.KAFKA: "Runs on Kafka", Transport.EVENTHUB: "Runs on Event Hubs"}


def prove(patch: Patch, *, on_step: OnStep, cancelled: Callable[[], bool]) -> Proof:
    """Make the patch that `patch` asks for and say what became of it.

    Args:
        patch: the claimed row.
        on_step: told of each step as it begins and as it ends.
        cancelled: asked a few times a second; True ends it.
    """
    began = time.monotonic()
    scan = inventory.latest_scan(patch.worker.migration)
    if scan is None:
        return Proof(Outcome.ERROR, "The migration has no scan any more.")
    if reason := code.refusal(scan.migration):  # taken back after it was asked for
        return Proof(Outcome.ERROR, reason)
    try:
        with checkout("patch-") as scratch:
            folder = scratch / "checkout"
            source = Revision(Path(patch.worker.migration.location), patch.commit)
            source.export(folder)
            seen = inventory.current(patch.worker)
            real = bool(seen and smoke.needing_real(scan, [seen]))
            work = _Proving(patch.worker.name, scan.definition, real, source, folder, on_step, cancelled)
            proof = work.proof()
    except ScanningError as error:
        proof = Proof(Outcome.ERROR, str(error))
    except Exception as error:  # a fault of ours says nothing about the patch
        log.exception("%s", patch)
        proof = Proof(Outcome.ERROR, f"{type(error).__name__}: {error}")
    return replace(proof, seconds=time.monotonic() - began)


@dataclass(slots=True)
class _Proving:
    """One patch on its way, in a checkout of its own; `steps` are those that have ended, and `real` says
    whether the worker's phase demands a real broker."""

    worker: str
    definition: Definition
    real: bool
    source: Revision
    folder: Path
    on_step: OnStep
    cancelled: Callable[[], bool]
    steps: list[StepReport] = field(default_factory=list)

    def proof(self) -> Proof:
        try:
            made = self._made()
        except codemods.PatchError as refused:
            self._end(StepReport("made", "Patch made", Result.FAILED, detail=str(refused)))
            return Proof(Outcome.REFUSED, str(refused))
        left = tuple(f"{todo.path}:{todo.line}: {todo.reason}" for todo in made.todos)
        self._end(StepReport("made", "Patch made", Result.PASSED, detail=_left(len(left))))
        if not made.changes:
            return Proof(Outcome.EMPTY, f"{self.worker} needs no change.", undecided=left, notes=made.notes)
        codemods.write(made, self.folder)
        patched = codemods.Overlay(self.source, {one.path: one.after for one in made.changes})
        self._take("clean", "Scans clean", lambda key, title: self._scanned(key, title, patched))
        for transport, title in _ON.items():
            if not self.cancelled():
                self._take(transport, title, self._ran)
        return Proof(*self._outcome(), diff=codemods.diff(made), undecided=left, notes=made.notes)

    def _made(self) -> codemods.Patch:
        conventions = codemods.conventions(self.definition.patch, self.folder, self.worker)
        return codemods.propose(self.source, self.definition.scope, conventions, self.worker)

    def _take(self, key: str, title: str, step: Callable[[str, str], StepReport]) -> None:
        self.on_step(StepReport(key, title, Result.RUNNING))
        began = time.monotonic()
        self._end(replace(step(key, title), seconds=time.monotonic() - began))

    def _end(self, step: StepReport) -> None:
        self.steps.append(step)
        self.on_step(step)

    def _outcome(self) -> tuple[Outcome, str]:
        """A step that failed says more than one that could not tell, and this more than a short pass."""
        for result, outcome in (
            (Result.CANCELLED, Outcome.CANCELLED),
            (Result.FAILED, Outcome.UNPROVEN),
            (Result.ERROR, Outcome.ERROR),
            (Result.SKIPPED, Outcome.UNPROVEN),
        ):
            if found := [step for step in self.steps if step.result == result]:
                return outcome, "; ".join(f"{step.title}: {step.detail}" for step in found)
        if self.cancelled():
            return Outcome.CANCELLED, "It was cancelled."
        return Outcome.PROVEN, ""

    def _scanned(self, key: str, title: str, patched: Source) -> StepReport:
        inventory = scanning.scan(patched, self.definition.scope)
        report = next((one for one in inventory.workers if one.name == self.worker), None)
        if report is None:
            return StepReport(key, title, Result.FAILED, detail="the scanner finds no such worker any more")
        unmet = [one for one in report.checklist if one.verdict is not Verdict.MET]
        lacking = [f"status {report.status}"] if report.status is not Status.MIGRATED else []
        lacking += [f"{one.item} is {one.verdict}: {one.reason}" for one in unmet]
        evidence = {one.item: str(one.verdict) for one in report.checklist}
        if lacking:
            return StepReport(key, title, Result.FAILED, detail="; ".join(lacking), evidence=evidence)
        detail = f"migrated, {len(report.checklist)} of {len(report.checklist)} items met"
        return StepReport(key, title, Result.PASSED, detail=detail, evidence=evidence)

    def _ran(self, key: str, title: str) -> StepReport:
        try:
            plan = prepare(self.folder, self.definition.smoke, self.worker, key)
        except ProbingError as error:
            return StepReport(key, title, Result.ERROR, detail=str(error))
        limits = probing.Limits(**settings.SMOKE_LIMITS)
        report = probing.run(plan, cancelled=self.cancelled, limits=limits)
        stages = {stage.title: f"{stage.result} {stage.detail}".strip() for stage in report.stages}
        result, detail = report.result, report.reason or report.broker
        if result is Result.PASSED:
            demanded = self.definition.smoke.proves
            if lacks := smoke.shortfall(report.level, report.broker, demanded=demanded, real=self.real):
                result, detail = Result.SKIPPED, lacks
        return StepReport(key, title, result, detail=detail, evidence=stages, log=report.log)


def _left(places: int) -> str:
    return f"{places} place{'' if places == 1 else 's'} left to people" if places else ""
