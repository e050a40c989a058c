"""Lives of a worker that end before its work is done, each with its messages still to be handled.

SIGTERM comes when it first connects, before it is ready, and then in the midst of a message; its handler is
made to raise; SIGKILL comes at the first sign of its work, in its output or in its committed position: who
commits before the work is done shows the position first, and is killed before its output is there.
"""

from __future__ import annotations

import signal
import time
from dataclasses import replace

from migration_tracker.probing import handling, lifecycle
from migration_tracker.probing.outcome import Outcome, failed, passed, skipped
from migration_tracker.probing.probe import Probe
from migration_tracker.probing.report import Result

_MOMENT = 0.1  # after it is ready a worker that has messages waiting takes up the first
_HOLD = 0.3  # a handler is held up where it first waits, so that SIGTERM strikes before its work is done
_RAISED = 1.0  # for how long a worker whose handler raises is watched for a commit
_ENDED_BY_SIGTERM = (
    0,
    -signal.SIGTERM,
    128 + signal.SIGTERM,
)  # before it could listen for signals, or as shells say it


def terminated(again: Probe) -> Outcome:
    """Its messages are there before it is. SIGTERM comes once before it is ready, then in the midst of a
    message; where its handler is not known, a moment after it is ready."""
    samples, limit = again.description.good_samples(), again.plan.timeouts.process
    again.watch.complete(handling.clients(again).exchange(samples, (), limit), lambda: None)
    early = _told_to_stop_early(again)
    if early.result is not Result.PASSED:
        return early
    if wrong := live(again, "to be told to stop at once", hold=_HOLD):
        return wrong
    inside, worker = again.around.inside, again.running
    if amid := inside.knows():
        again.watch.until(lambda: inside.seen("called") or worker.ended(), limit)
    else:
        again.watch.until(worker.ended, _MOMENT)
    stopped = lifecycle.stop(again)
    when = "amid a message" if amid else "with messages waiting for it"
    evidence = {"amid": amid, "early": early.evidence, **stopped.evidence}
    return replace(stopped, detail=f"{early.detail}; {when}: {stopped.detail}", evidence=evidence)


def _told_to_stop_early(again: Probe) -> Outcome:
    """SIGTERM comes when it first connects to anything, before it is ready."""
    limit, inside = again.plan.timeouts.stop, again.around.inside
    worker = lifecycle.start(again)
    again.later.append(("started to be told to stop before it is ready", worker))
    again.watch.until(
        lambda: inside.seen("connected") or worker.log.seen.is_set() or worker.ended(),
        again.plan.timeouts.ready,
    )
    if worker.ended():
        return failed(f"started to be told to stop before it is ready: {worker.end()}")
    worker.process.signal(signal.SIGTERM)
    told = time.monotonic()
    if not again.watch.until(worker.ended, limit):
        worker.show_stacks()
        return failed(f"told to stop before it was ready: still running {limit:g} s after SIGTERM")
    seconds, code = round(time.monotonic() - told, 3), worker.process.exit_code()
    evidence = {"exit_code": code, "seconds_after_sigterm": seconds}
    if code not in _ENDED_BY_SIGTERM:
        return failed(
            f"told to stop before it was ready: exit code {code}: {worker.last_words()}", **evidence
        )
    if left := worker.process.left_behind():
        named = ", ".join(f"{command} ({pid})" for pid, command in left.items())
        return failed(f"told to stop before it was ready: left {named}", **evidence)
    return passed(f"before it was ready: {seconds:g} s after SIGTERM, exit code {code}", **evidence)


def made_to_raise(again: Probe) -> Outcome:
    """Its handler raises at each message; it goes on so for a moment, and is told to stop."""
    plan, inside, traffic = again.plan, again.around.inside, handling.clients(again)
    samples, limit = again.description.good_samples(), plan.timeouts.process
    if wrong := live(again, "with a handler that raises", raises=True):
        return wrong
    worker = again.running
    if not inside.knows():
        return skipped(handling.unknown_handler(again))
    again.watch.complete(traffic.exchange(samples, (), limit), lambda: None)
    if not again.watch.until(lambda: inside.seen("raised") or worker.ended(), limit):
        return failed(f"its handler was not called within {limit:g} s of sending")
    topics = list(dict.fromkeys(sample.topic for sample in samples))
    committed = again.watch.complete(traffic.committed(topics, _RAISED), lambda: None)
    worker.process.signal(signal.SIGTERM)
    if not again.watch.until(worker.ended, plan.timeouts.stop):
        worker.show_stacks()
        return failed(f"its handler raised, and {plan.timeouts.stop:g} s after SIGTERM it is still running")
    committed = committed or again.watch.complete(traffic.committed(topics, 0), lambda: None)
    times = len(inside.seen("raised"))
    if committed:
        return failed(f"its handler raised {times} times, and yet it committed {committed}", raised=times)
    return passed(f"its handler raised {times} times and nothing was committed", raised=times)


def killed(again: Probe) -> Outcome:
    """SIGKILL comes at the first sign of its work."""
    description, limit = again.description, again.plan.timeouts.process
    if wrong := live(again, "to be killed in the midst of its work"):
        return wrong
    worker = again.running
    work = handling.clients(again).send_until_it_shows(
        description.good_samples(), description.expected(), limit
    )
    sign = again.watch.complete(work, worker.still_there)
    if not sign:
        return failed(f"no sign of its work within {limit:g} s in fresh surroundings")
    worker.process.signal(signal.SIGKILL)
    again.watch.until(worker.ended, again.plan.timeouts.stop)
    return passed(f"killed at the first {sign}")


def live(again: Probe, what: str, *, raises: bool = False, hold: float = 0.0) -> Outcome | None:
    """Start the worker and wait until it is ready; what went wrong, or None."""
    booted = lifecycle.boot(again, raises=raises, hold=hold)
    if again.worker:
        again.later.append((f"started {what}", again.worker))
    outcome = booted if booted.result is not Result.PASSED else lifecycle.become_ready(again)
    return (
        replace(outcome, detail=f"started {what}: {outcome.detail}")
        if outcome.result is not Result.PASSED
        else None
    )
