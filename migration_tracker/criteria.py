"""Success criteria: what a definition asks of the whole migration, judged by what the witnesses said.

Plain values in, plain values out: the board judges with all three witnesses, a shell without smoke runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from migration_tracker.definition import Criterion
from migration_tracker.scanning import Status, Verdict, globs

_NAMED = 3  # workers that a reason names before it counts the rest


@dataclass(frozen=True, slots=True)
class RunWord:
    """What the last smoke run that could tell says of a worker's present code on one transport.

    Args:
        passed: whether it passed as a whole, as far as a proof goes; None if it passed, but not that far.
        stages: keys of the stages that passed.
        cause: the kind of the known cause it showed, empty for none.
    """

    passed: bool | None
    stages: frozenset[str]
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """One worker as its witnesses see it now.

    Args:
        name: the worker's name.
        status: the scanner's word on its clients.
        items: verdict by checklist item, of those that have one.
        runs: by transport; a transport without a run on the present code is not there.
    """

    name: str
    status: str
    items: Mapping[str, str]
    runs: Mapping[str, RunWord]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A criterion with its verdict, why, and the workers that stand in the way (unmet ones first)."""

    criterion: Criterion
    verdict: Verdict
    reason: str
    lacking: tuple[str, ...] = ()


def judge(criterion: Criterion, standings: Iterable[Standing], phase_items: Mapping[str, str]) -> Outcome:
    """Judge one criterion.

    Args:
        criterion: what is asked.
        standings: every worker.
        phase_items: verdict by `phase/item`, for what phases ask for besides workers.

    Returns:
        Met if all it asks for is; unmet if something contradicts it; unknown if a witness has not spoken.
    """
    meant = globs.matcher(criterion.workers)
    asked = [standing for standing in standings if meant(standing.name)]
    if criterion.asks_workers and not asked:
        return Outcome(criterion, Verdict.UNKNOWN, "No worker is meant by it.")
    words = [(one.name, *_word(criterion, one)) for one in asked] if criterion.asks_workers else []
    documents = [(key, phase_items.get(key, Verdict.UNKNOWN)) for key in criterion.phase_items]
    for verdict in (Verdict.UNMET, Verdict.UNKNOWN):
        lacking = tuple(name for name, said, _ in words if said == verdict)
        why = [f"{_listed(lacking)}: {_reason(words, verdict)}"] if lacking else []
        why += [f"“{key}” is {verdict}" for key, said in documents if said == verdict]
        if why:
            return Outcome(criterion, verdict, "; ".join(why) + ".", lacking)
    return Outcome(criterion, Verdict.MET, _all_of(len(asked) if words else 0, len(documents)))


def _word(criterion: Criterion, standing: Standing) -> tuple[Verdict, str]:
    """What one worker contributes, with the reason unless it is met."""
    if criterion.status and standing.status != criterion.status:
        verdict = Verdict.UNKNOWN if standing.status == Status.UNKNOWN else Verdict.UNMET
        return verdict, f"status {standing.status}"
    for item in criterion.items:
        if (verdict := Verdict(standing.items.get(item, Verdict.UNKNOWN))) is not Verdict.MET:
            return verdict, f"{item} is {verdict}"
    return _run_word(criterion, standing) if criterion.transport else (Verdict.MET, "")


def _run_word(criterion: Criterion, standing: Standing) -> tuple[Verdict, str]:
    run = standing.runs.get(criterion.transport or "")
    if run is None:
        return Verdict.UNKNOWN, f"no run on {criterion.transport} could tell, on the code as it is now"
    if criterion.never:
        return _met(run.cause != criterion.never, f"the run on {criterion.transport} shows {criterion.never}")
    if criterion.stage:
        return _met(criterion.stage in run.stages, f"did not pass {criterion.stage} on {criterion.transport}")
    if run.passed is None:
        return Verdict.UNKNOWN, f"passed on {criterion.transport}, but not as far as a proof goes"
    return _met(run.passed, f"failed on {criterion.transport}")


def _met(holds: bool, otherwise: str) -> tuple[Verdict, str]:
    return (Verdict.MET, "") if holds else (Verdict.UNMET, otherwise)


def _reason(words: Sequence[tuple[str, Verdict, str]], verdict: Verdict) -> str:
    reasons = list(dict.fromkeys(why for _, said, why in words if said == verdict))
    return reasons[0] if len(reasons) == 1 else f"{reasons[0]}, and other reasons"


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_NAMED])
    return f"{shown} and {len(names) - _NAMED} more" if len(names) > _NAMED else shown


def _all_of(workers: int, documents: int) -> str:
    parts = [f"all {workers} workers" if workers > 1 else "its one worker"] if workers else []
    parts += [f"all {documents} documents" if documents > 1 else "its document"] if documents else []
    return f"Holds for {' and '.join(parts)}."
