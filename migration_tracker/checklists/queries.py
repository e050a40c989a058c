"""Reading a checklist: each item with what every witness says of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db.models import Max, Q, QuerySet

from migration_tracker import definition
from migration_tracker.checklists.models import Evidence, Tick, Verdict, Waiver, WaiverState, Witness
from migration_tracker.inventory import queries as inventory
from migration_tracker.inventory.models import Migration, Observation, Scan

PEOPLE = definition.Witness.PEOPLE
_Said = TypeVar("_Said", Evidence, Tick)


@dataclass(frozen=True, slots=True)
class ItemState:
    """One item of one worker as its witnesses see it now."""

    key: str
    title: str
    witness: str
    scanner: Evidence | None
    smoke: Evidence | None
    last_tick: Tick | None
    fingerprint: str
    waiver: Waiver | None = None

    @property
    def tick(self) -> Tick | None:
        """The tick that stands, at whatever state of the code."""
        return self.last_tick if self.last_tick and self.last_tick.ticked else None

    @property
    def tick_is_current(self) -> bool:
        return self.tick is not None and self.tick.fingerprint == self.fingerprint

    @property
    def seen(self) -> int:
        """Goes with the form, so that a stale page is noticed."""
        return self.last_tick.pk if self.last_tick else 0

    @property
    def testimony(self) -> Evidence | None:
        """What the item's own witness said, if it is not left to people."""
        if self.witness == Witness.SCANNER:
            return self.scanner
        return self.smoke if self.witness == Witness.SMOKE else None

    @property
    def verdict(self) -> str:
        if self.witness == PEOPLE:
            if self.tick is None:
                return Verdict.UNMET
            return Verdict.MET if self.tick_is_current else Verdict.UNKNOWN
        return self.testimony.verdict if self.testimony else Verdict.UNKNOWN

    @property
    def reason(self) -> str:
        if self.witness == PEOPLE:
            if self.tick is None:
                return "Only people can know this, and nobody has vouched for it."
            if not self.tick_is_current:
                return f"Vouched for at {self.tick.short_commit}; the code has changed since."
            return f"Vouched for by {self.tick.by}."
        if self.testimony:
            return self.testimony.reason
        return (
            "No smoke run has spoken of this code yet."
            if self.witness == Witness.SMOKE
            else "Not scanned yet."
        )

    @property
    def met(self) -> bool:
        return self.verdict == Verdict.MET

    @property
    def waived(self) -> bool:
        """Whether an approved waiver stands in for a verdict that is not met."""
        return not self.met and self.waiver is not None and self.waiver.stands

    @property
    def settled(self) -> bool:
        """Met, or waived for the time being."""
        return self.met or self.waived

    @property
    def tickable(self) -> bool:
        """An item that its witness calls met asks nothing of people; a tick may run ahead of the others."""
        return self.witness == PEOPLE or not self.met or self.tick is not None

    @property
    def disagreement(self) -> str:
        """How people and the item's own witness contradict each other; empty when they do not."""
        if self.witness == PEOPLE or not self.tick or self.verdict != Verdict.UNMET:
            return ""
        says = "the code" if self.witness == Witness.SCANNER else "the smoke run"
        return f"{self.tick.by} ticked “{self.title}”, but {says} says otherwise: {self.reason}"


def items(
    scan: Scan, observations: Iterable[Observation], until: datetime | None = None
) -> dict[int, list[ItemState]]:
    """The checklists of a scan's workers, by worker pk; the number of queries does not grow with them.

    Args:
        scan: whose definition and evidence count.
        observations: the workers that are meant.
        until: what was said later does not count; None for all there is.
    """
    observations = list(observations)
    workers = [observation.worker_id for observation in observations]
    scanned: dict[tuple[int, str], Evidence] = {
        (evidence.worker_id, evidence.item): evidence
        for evidence in Evidence.objects.filter(witness=Witness.SCANNER, source=scan.pk, worker__in=workers)
    }
    smoked: dict[tuple[int, str], Evidence] = {}
    for evidence in _latest_smoke(workers, until):
        smoked[evidence.worker_id, evidence.item] = evidence
    ticked: dict[tuple[int, str], Tick] = {
        (tick.worker_id, tick.item): tick for tick in _latest_ticks(workers, until)
    }
    waived: dict[tuple[int | None, str], Waiver] = {
        (waiver.worker_id, waiver.item): waiver for waiver in _waivers(workers, until)
    }
    states: dict[int, list[ItemState]] = defaultdict(list)
    for observation in observations:
        for item in scan.definition.items:
            at = (observation.worker_id, item.key)
            said = (scanned.get(at), smoked.get(at), ticked.get(at), waived.get(at))
            states[observation.worker_id].append(_state(item, observation, *said))
    return states


def item(observation: Observation, key: str) -> ItemState | None:
    """One item of one worker; None when the definition does not know it."""
    known = next((one for one in observation.scan.definition.items if one.key == key), None)
    if known is None:
        return None
    here = {"worker": observation.worker_id, "item": key}
    return _state(
        known,
        observation,
        Evidence.objects.filter(witness=Witness.SCANNER, source=observation.scan_id, **here).first(),
        _latest(Evidence.objects.filter(witness=Witness.SMOKE, **here)).first(),
        Tick.objects.filter(**here).select_related("by").first(),
        Waiver.objects.filter(**here).open().select_related("asked_by", "decided_by").first(),
    )


def _state(
    item: definition.Item,
    observation: Observation,
    scanner: Evidence | None,
    smoke: Evidence | None,
    tick: Tick | None,
    waiver: Waiver | None,
) -> ItemState:
    """An item by what was last said of it; a smoke run's word counts for the code that it ran only."""
    return ItemState(
        key=item.key,
        title=item.title,
        witness=item.witness,
        scanner=scanner,
        smoke=smoke if smoke and smoke.fingerprint == observation.fingerprint else None,
        last_tick=tick,
        fingerprint=observation.fingerprint,
        waiver=waiver,
    )


def is_clean(observation: Observation, states: Iterable[ItemState]) -> bool:
    """Status migrated, nothing undecided, every scanner item met or waived."""
    return observation.status == "migrated" and all(s.settled for s in states if s.witness == Witness.SCANNER)


def _waivers(workers: list[int], until: datetime | None) -> Iterable[Waiver]:
    theirs = Waiver.objects.filter(worker__in=workers)
    return theirs.open_on(until) if until else theirs.open().select_related("asked_by", "decided_by")


def _latest_smoke(workers: list[int], until: datetime | None) -> QuerySet[Evidence]:
    spoken = Evidence.objects.filter(witness=Witness.SMOKE, worker__in=workers)
    return _latest(spoken.filter(at__lte=until) if until else spoken)


def _latest_ticks(workers: list[int], until: datetime | None) -> QuerySet[Tick]:
    ticks = Tick.objects.filter(worker__in=workers)
    return _latest(ticks.filter(at__lte=until) if until else ticks).select_related("by")


def _latest(said: QuerySet[_Said]) -> QuerySet[_Said]:
    """Of what was said of each item of each worker, the last."""
    latest = said.values("worker", "item").annotate(latest=Max("pk")).values("latest")
    return said.model.objects.filter(pk__in=latest)


@dataclass(frozen=True, slots=True)
class PhaseItemState:
    """One thing that a phase asks for besides its workers, as the latest scan and its waiver have it."""

    key: str
    title: str
    verdict: str
    reason: str
    waiver: Waiver | None = None

    @property
    def met(self) -> bool:
        return self.verdict == Verdict.MET

    @property
    def waived(self) -> bool:
        """Whether an approved waiver stands in for a verdict that is not met."""
        return not self.met and self.waiver is not None and self.waiver.stands

    @property
    def settled(self) -> bool:
        """Met, or waived for the time being."""
        return self.met or self.waived


def phase_items(scan: Scan, until: datetime | None = None) -> dict[str, list[PhaseItemState]]:
    """What each phase of a scan's definition asks for, by the phase's key; waivers as of `until`."""
    if not any(phase.items for phase in scan.definition.phases):
        return {}
    asked = Waiver.objects.filter(migration=scan.migration_id)
    held = asked.open_on(until) if until else asked.open().select_related("asked_by", "decided_by")
    waivers = {(waiver.phase, waiver.item): waiver for waiver in held}
    return {
        phase.key: [
            _phase_item(scan, phase.key, item, waivers.get((phase.key, item.key))) for item in phase.items
        ]
        for phase in scan.definition.phases
    }


def phase_item(migration: Migration, phase: str, key: str) -> PhaseItemState | None:
    """One item of one phase; None when the latest scan's definition does not know it."""
    scan = inventory.latest_scan(migration)
    known = phase_items(scan).get(phase, []) if scan else []
    return next((item for item in known if item.key == key), None)


def _phase_item(scan: Scan, phase: str, item: definition.PhaseItem, waiver: Waiver | None) -> PhaseItemState:
    found = scan.phase_items.get(phase, {}).get(item.key)
    if found is None:
        reason = "The scan has not looked at it."
        return PhaseItemState(item.key, item.title, Verdict.UNKNOWN, reason, waiver)
    return PhaseItemState(item.key, item.title, found["verdict"], found["reason"], waiver)


def waivers(migration: Migration) -> QuerySet[Waiver]:
    """Every waiver that was ever asked for in a migration, the latest first."""
    people = ("asked_by", "decided_by", "worker__migration", "migration")
    mine = Q(worker__migration=migration) | Q(migration=migration)
    return Waiver.objects.filter(mine).select_related(*people)


def waiting(migration: Migration) -> QuerySet[Waiver]:
    """The waivers of a migration that a lead has to decide on, the latest first."""
    mine = Q(worker__migration=migration) | Q(migration=migration)
    return Waiver.objects.open().filter(mine, state=WaiverState.ASKED)
