"""Reading smoke runs: the latest of each cell, and whether a worker is proven."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import takewhile
from math import ceil
from statistics import median

from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone

from migration_tracker import probing
from migration_tracker.inventory import queries as inventory
from migration_tracker.inventory.models import Migration, Observation, Scan, Worker
from migration_tracker.jobs import State
from migration_tracker.smoke.models import TITLES, Result, SmokeRun, Transport

MOST_FAILURES = 50  # in a row that are counted
RECENT = 50  # runs that tell how long one takes

REAL = "real"  # the kind of broker that a phase may demand
_WANTED = ("last", "passed", "failed", "before", "short")


@dataclass(frozen=True, slots=True)
class Cell:
    """What the smoke runs say of one worker on one transport: of the code as it is now, or `stale`.

    A run could *tell* if it failed, or passed as far as the definition demands of a proof.

    Args:
        transport: on which.
        run: the one to show: the last, unless that ran older code while an earlier one ran the present.
        decisive: the last one on the present code that could tell.
        before: the last one on other code that could tell.
        short: the last one on the present code that passed, but not as far as `demanded`.
        flaky: whether the present code passed once and failed once.
        fingerprint: of the present code.
        demanded: the level that the definition demands of a proof.
    """

    transport: str
    run: SmokeRun | None
    decisive: SmokeRun | None
    before: SmokeRun | None
    short: SmokeRun | None
    flaky: bool
    fingerprint: str
    demanded: str

    @property
    def title(self) -> str:
        return TITLES[self.transport]

    @property
    def result(self) -> str:
        """never, queued, running, stale, or how the last run ended."""
        if self.run is None:
            return "never"
        if self.active:
            return self.run.state
        return "stale" if self.stale else self.run.result

    @property
    def active(self) -> bool:
        """Whether a run is queued or running."""
        return self.run is not None and self.run.active

    @property
    def stale(self) -> bool:
        """Whether the code has changed since the last run."""
        return self.run is not None and self.run.fingerprint != self.fingerprint

    @property
    def proves(self) -> bool:
        """Whether the code as it is now passed, as far as the definition demands."""
        return self.decisive is not None and self.decisive.result == Result.PASSED

    @property
    def fails(self) -> bool:
        return self.decisive is not None and self.decisive.result == Result.FAILED

    @property
    def expired(self) -> bool:
        """Whether older code was proven here, and nothing could tell of the present code yet."""
        return self.decisive is None and self.before is not None and self.before.result == Result.PASSED

    @property
    def reproving(self) -> bool:
        """Whether an expired proof is being renewed."""
        return self.expired and self.active

    @property
    def shortfall(self) -> str:
        """What the last pass lacks of a proof, in words; empty if it is one, or there is none."""
        if self.short is None or self.decisive:
            return ""
        return shortfall(self.short.level, self.short.broker, demanded=self.demanded, real=True)

    @property
    def sign(self) -> str:
        """The mark that goes with it: a pass that proves nothing has not the mark of one that does."""
        return "short" if self.shortfall and self.result == Result.PASSED else self.result

    @property
    def word(self) -> str:
        """The result as it is read: what is being renewed, and a pass that proves nothing, are called so."""
        if self.reproving:
            return "re-proving"
        if self.short and self.shortfall and self.result == Result.PASSED:
            if self.short.level in probing.reaching(self.demanded):
                return "passed, not on a real broker"
            return f"passed, {self.short.level or 'no level'} only"
        return self.result

    @property
    def reason(self) -> str:
        if self.run is None:
            return "Not run yet."
        if self.reproving and self.before:
            return f"Being proven anew: the code has changed since it passed at {self.before.short_commit}."
        if self.stale and not self.active:
            return f"{self.run.result} at {self.run.short_commit}; the code has changed since."
        return self.run.why or self.shortfall


def shortfall(level: str, broker: str, *, demanded: str, real: bool) -> str:
    """What a pass lacks of a proof, in words; empty if it is one.

    Args:
        level: as far as the worker was seen to come.
        broker: of what kind its broker was.
        demanded: the level that the definition demands.
        real: whether the worker's phase demands a real broker.
    """
    if level not in probing.reaching(demanded):
        reached = f"only as far as “{level}”" if level else "without reaching any level"
        return f"passed {reached}: the definition demands “{demanded}” of a proof"
    if real and broker != REAL:
        return f"passed on a {broker or 'nameless'} broker: its phase demands a real one"
    return ""


def needing_real(scan: Scan, observations: Iterable[Observation]) -> list[int]:
    """The workers, by pk, whose phase demands a real broker."""
    real = {phase.key for phase in scan.definition.phases if phase.broker == REAL}
    return [one.worker_id for one in observations if one.phase in real]


def cells(
    scan: Scan, observations: Iterable[Observation], until: datetime | None = None
) -> dict[int, list[Cell]]:
    """Each worker's cells, kafka first, by worker pk.

    The number of queries grows neither with the workers nor with the runs that are stored: the latest of each
    cell are looked up by an index.

    Args:
        scan: whose definition says how far a proof goes.
        observations: what was last seen of the workers.
        until: runs that ended later, or have not ended, do not count; None for all there are.
    """
    observations = list(observations)
    demanded = scan.definition.smoke.proves
    columns = _columns(demanded, tuple(needing_real(scan, observations)), until)
    seen = Observation.objects.filter(pk__in=[one.pk for one in observations])
    found: dict[int, dict[tuple[str, str], int | None]] = {
        worker: dict(zip(columns, latest, strict=True))
        for worker, *latest in seen.values_list("worker_id", *columns.values())
    }
    pks = {pk for row in found.values() for pk in row.values() if pk}
    runs = SmokeRun.objects.defer("log").prefetch_related("stages").in_bulk(pks)

    def cell(observation: Observation, transport: str) -> Cell:
        row = found[observation.worker_id]
        last, passed, failed, before, short = (runs.get(row[transport, name] or 0) for name in _WANTED)
        decisive = max(filter(None, (passed, failed)), key=lambda run: run.pk, default=None)
        shown = last if last and (last.active or last.fingerprint == observation.fingerprint) else None
        return Cell(
            transport=transport,
            run=shown or decisive or short or last,
            decisive=decisive,
            before=before,
            short=short,
            flaky=bool(passed and failed),
            fingerprint=observation.fingerprint,
            demanded=demanded,
        )

    return {one.worker_id: [cell(one, transport) for transport in Transport.values] for one in observations}


def lacking(cell: Cell) -> str:
    """In a sentence, why a cell proves nothing; for one that has not failed on the present code."""
    if cell.shortfall:
        return f"On {cell.transport} it {cell.shortfall}."
    if cell.reproving:
        return f"Being proven anew on {cell.transport}: the pass there is older than the code."
    if cell.expired:
        return f"The pass on {cell.transport} is older than the code."
    if cell.before:
        return f"Failed on {cell.transport}, on older code."
    return f"Not yet run to an end on {cell.transport}."


@dataclass(frozen=True, slots=True)
class UnderWay:
    """How far the runs are that were asked for since the oldest that is not over.

    Args:
        done: how many of them have ended.
        total: how many there are.
        seconds_left: until the last has ended, if they take as long as the last ones did; None if none did.
    """

    done: int
    total: int
    seconds_left: float | None

    @property
    def minutes_left(self) -> int | None:
        return None if self.seconds_left is None else ceil(self.seconds_left / 60)


def under_way(migration: Migration) -> UnderWay | None:
    """The progress of a migration's runs; None if none is under way."""
    runs = SmokeRun.objects.filter(worker__migration=migration)
    active = list(runs.active().order_by("pk").values_list("pk", "state", "started_at"))
    if not active:
        return None
    done = runs.filter(pk__gt=active[0][0], state=State.DONE).count()
    took = list(
        runs.filter(state=State.DONE, seconds__gt=0)
        .order_by("-pk")
        .values_list("seconds", flat=True)[:RECENT]
    )
    if not took:
        return UnderWay(done, done + len(active), None)
    each, now = median(took), timezone.now()
    began = [at for _, state, at in active if state == State.RUNNING and at]
    left = (len(active) - len(began)) * each + sum(max(each - (now - at).total_seconds(), 1) for at in began)
    return UnderWay(done, done + len(active), left / max(len(began), 1))


def failures_in_a_row(run: SmokeRun) -> int:
    """How many of the last runs that could tell failed: up to `run` if it failed, else before it passed."""
    scan = inventory.latest_scan(run.worker.migration)
    demanded = scan.definition.smoke.proves if scan else ""
    told = SmokeRun.objects.filter(
        Q(result=Result.FAILED)
        | Q(result=Result.PASSED, level__in=probing.reaching(demanded) if demanded else ()),
        worker=run.worker_id,
        transport=run.transport,
        state=State.DONE,
    )
    told = told.filter(pk__lte=run.pk) if run.result == Result.FAILED else told.filter(pk__lt=run.pk)
    results = told.order_by("-pk").values_list("result", flat=True)[:MOST_FAILURES]
    return sum(1 for _ in takewhile(lambda result: result == Result.FAILED, results))


def newsworthiness(cell: Cell) -> tuple[int, int]:
    """Sorts cells by how likely a run is to say something new: what failed, then what has changed, is flaky,
    has never passed; last what is proven, the oldest proof first."""
    ranks = (cell.fails, cell.expired, cell.flaky, not cell.proves)
    rank = next((place for place, holds in enumerate(ranks) if holds), len(ranks))
    return rank, cell.run.pk if cell.run else 0


def history(worker: Worker, transport: str, most: int = 30) -> list[SmokeRun]:
    """The last runs of a cell, the latest first."""
    runs = SmokeRun.objects.filter(worker=worker, transport=transport).defer("log")
    return list(runs.select_related("requested_by")[:most])


@lru_cache(maxsize=64)
def _columns(
    demanded: str, needs_real: tuple[int, ...], until: datetime | None
) -> dict[tuple[str, str], Subquery]:
    """What is looked up of an observation's worker, by transport and name of `_WANTED`.

    Kept, for putting it together takes as long as asking it of one worker, under the lock of a tick.
    """
    far = Q(state=State.DONE, result=Result.PASSED, level__in=probing.reaching(demanded))
    if needs_real:
        far &= Q(broker=REAL) | ~Q(worker__in=needs_real)
    told = Q(state=State.DONE, result=Result.FAILED) | far
    present = Q(fingerprint=OuterRef("fingerprint"))
    which = (
        Q(),
        present & told & Q(result=Result.PASSED),
        present & told & Q(result=Result.FAILED),
        ~present & told,
        present & Q(result=Result.PASSED) & ~told,
    )
    ended = Q(finished_at__lte=until) if until else Q()
    return {
        (transport, name): _latest(transport, one & ended)
        for transport in Transport.values
        for name, one in zip(_WANTED, which, strict=True)
    }


def _latest(transport: str, which: Q) -> Subquery:
    """The latest such run of an observation's worker on `transport`."""
    runs = SmokeRun.objects.filter(which, worker=OuterRef("worker"), transport=transport)
    return Subquery(runs.order_by("-pk").values("pk")[:1])
