"""Whose fault it is: what a stage found, seen beside what happened around the worker meanwhile."""

from __future__ import annotations

from migration_tracker.probing.outcome import Outcome, error, failed
from migration_tracker.probing.probe import Probe
from migration_tracker.probing.report import Result

_DYING = 0.2  # a broker's clients may notice its death before its parent can


def judged(outcome: Outcome, probe: Probe) -> Outcome:
    """The outcome, unless the broker or a service died, or the machine ran out of memory, which is not the
    worker's fault, or the worker tried to get past the fence, which is, also in a stage that passed."""
    bad = outcome.result in (Result.FAILED, Result.ERROR)
    if bad and probe.watch.until(probe.around.fault, _DYING):
        return error(probe.around.fault(), instead_of=outcome.detail)
    if bad and probe.memory.ran_out() and any(worker.was_killed() for worker in probe.workers()):
        return error(
            "the machine ran out of memory, and its kernel ended the worker", instead_of=outcome.detail
        )
    if foreign := probe.foreign():
        told = f"{outcome.detail}; " if outcome.result is Result.FAILED else ""
        return failed(
            f"{told}it would have used {foreign[0].what}, which is not the run's: {foreign[0].where}"
        )
    refused = probe.refused()
    if not refused or outcome.result not in (Result.PASSED, Result.FAILED):
        return outcome
    told = f"{outcome.detail}; " if outcome.result is Result.FAILED else ""
    evidence = outcome.evidence | {"refused": [attempt.as_json() for attempt in refused]}
    return failed(told + refused[0].text, **evidence)
