"""Stages of what a worker must outlive: bad messages, and being cut off in the midst of its work.

What is cut off is a new life of the worker in surroundings of its own (broker, services, folders), so that
nothing it did before hides what it loses. How its first life goes is in lives.py.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from migration_tracker.probing import handling, lives
from migration_tracker.probing.judgement import judged
from migration_tracker.probing.outcome import Outcome, failed, passed, skipped
from migration_tracker.probing.probe import Probe
from migration_tracker.probing.report import Result
from migration_tracker.probing.surroundings import Surroundings
from migration_tracker.probing.worker import Ended

FirstLife = Callable[[Probe], Outcome]


def bear(probe: Probe) -> Outcome:
    """It gets malformed and repeated messages, lives on, and goes past them."""
    samples = probe.description.bad_samples()
    if not samples:
        return skipped("the worker's description holds no good sample")
    limit, traffic = probe.plan.timeouts.process, handling.clients(probe)
    try:
        sent, _ = probe.watch.complete(traffic.exchange(samples, (), limit), probe.running.still_there)
    except Ended:
        return failed(probe.running.end())
    outcome = handling.commit(probe)
    if outcome.result is Result.PASSED:
        names = ", ".join(f"“{sample.name}”" for sample in samples)
        return passed(f"lives on, and went past {names}", sent=sent, **outcome.evidence)
    return replace(outcome, detail=f"after malformed and repeated messages: {outcome.detail}")


def drain(probe: Probe) -> Outcome:
    """Told to stop before it is ready, and with work in hand, it ends in order, and started again it has lost
    nothing."""
    return _in_two_lives(probe, "SIGTERM", lives.terminated)


def keep(probe: Probe) -> Outcome:
    """What its handler raised at is not committed, and comes again when it is started anew."""
    return _in_two_lives(probe, "its handler raised", lives.made_to_raise)


def come_back(probe: Probe) -> Outcome:
    """Killed in the midst of its work and started again it has lost nothing."""
    return _in_two_lives(probe, "SIGKILL", lives.killed)


def _in_two_lives(probe: Probe, what: str, first_life: FirstLife) -> Outcome:
    description = probe.description
    if not (description.good_samples() and description.expected()):
        return skipped("the worker's description holds no good sample with something to expect")
    if probe.plan.broker and probe.plan.transport == "eventhub":
        return skipped(
            "a namespace that is not the run's own cannot be emptied between two lives of the worker"
        )
    with _afresh(probe, what.split()[-1].lower()) as again:
        try:
            outcome = _cut_off(again, what, first_life)
        except Ended:
            outcome = failed(again.running.end())
        finally:
            probe.later += again.later
        return judged(outcome, again)


def _cut_off(again: Probe, what: str, first_life: FirstLife) -> Outcome:
    cut_off = first_life(again)
    if cut_off.result is not Result.PASSED:
        return cut_off
    if wrong := lives.live(again, f"again after {what}"):
        return wrong
    limit = again.plan.timeouts.process
    output = again.watch.complete(
        handling.clients(again).receive(again.description.expected(), limit), again.running.still_there
    )
    if output.wanted:
        lost = output.wanted[0]
        return failed(
            f"lost a message: {cut_off.detail}, and after a restart nothing comes of {lost.sample!r}"
            f" on {lost.where} within {limit:g} s",
            found=output.found,
            missing=len(output.wanted),
        )
    committed = handling.commit(again)
    evidence = {**cut_off.evidence, "found": output.found, **committed.evidence}
    if committed.result is Result.FAILED:
        return failed(f"{cut_off.detail}; after a restart: {committed.detail}", **evidence)
    return passed(f"{cut_off.detail}; after a restart everything was there", **evidence)


@contextmanager
def _afresh(probe: Probe, name: str) -> Iterator[Probe]:
    """The same plan in surroundings of its own."""
    plan = probe.plan if probe.plan.broker else replace(probe.plan, describe=probe.description)
    scratch = Path(probe.around.environment["SCRATCH"]) / name
    scratch.mkdir()
    with ExitStack() as stack:
        around = Surroundings(plan, scratch, probe.household, stack, probe.watch)
        around.rise()
        again = Probe(plan, probe.household, around, probe.watch)
        try:
            yield again
        finally:
            if again.worker:  # before its broker goes
                again.worker.process.signal(signal.SIGKILL)
