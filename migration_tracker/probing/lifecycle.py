"""Stages of a worker's life: it boots, becomes ready, and stops when it is told to."""

from __future__ import annotations

import signal
import time
from typing import Any

from migration_tracker.probing.commands import Crashed
from migration_tracker.probing.crash import is_traceback
from migration_tracker.probing.given import STAND_IN
from migration_tracker.probing.log import BoundedLog
from migration_tracker.probing.outcome import Outcome, error, failed, passed
from migration_tracker.probing.probe import Probe
from migration_tracker.probing.worker import Worker

_LINGER = 1.0  # children that end with their parent, a moment later, are not left behind


def surround(probe: Probe) -> Outcome:
    """Broker and services are there, and the worker's description is known."""
    around = probe.around
    around.rise()
    built = {}
    if around.built:
        built = {"python": around.built.python, "seconds_to_build": around.built.seconds}
    return passed(
        " and ".join([_broker(probe), *around.services, *(["its own environment"] if built else [])]),
        variables=sorted(around.broker.environment),
        services=list(around.services),
        **({"environment": built} if built else {}),
        protections=probe.household.protections(),
    )


def _broker(probe: Probe) -> str:
    broker = probe.around.broker
    if broker.kind == STAND_IN:
        return "a fresh stand-in broker"
    return f"the {broker.kind} broker that was given, names beginning with {broker.prefix}"


def start(probe: Probe, *, raises: bool = False, hold: float = 0.0) -> Worker:
    """Start the worker, whose handler may be made to raise, or be held up for a moment at each call."""
    plan, around = probe.plan, probe.around
    log = BoundedLog(pattern=probe.description.ready.log)
    around.inside.forget()
    environment = around.environment | around.inside.environment(around.environment, raises=raises, hold=hold)
    process = probe.household.start(
        plan.command, folder=plan.folder, environment=environment, log=log, prefix=around.prefix
    )
    probe.worker = Worker(process, probe.watch)
    return probe.worker


def boot(probe: Probe, *, raises: bool = False, hold: float = 0.0) -> Outcome:
    """Its process starts, and its first words are no traceback."""
    if isinstance(probe.around.description, Crashed):
        return failed(str(probe.around.description))
    plan, worker = probe.plan, start(probe, raises=raises, hold=hold)
    log = worker.log
    probe.watch.until(lambda: log.began.is_set() or log.seen.is_set() or worker.ended(), plan.timeouts.ready)
    if worker.ended():
        worker.process.drain()
    first = log.text().partition("\n")[0]
    if first.startswith("gate: ") and worker.ends_soon():
        return error(f"its network namespace could not be made: {first.removeprefix('gate: ')}")
    interpreter = f"{worker.process.program}: "  # its own complaint: no such module, no such file
    if first.startswith(interpreter) and worker.ends_soon():
        return error(f"{' '.join(plan.command)!r} cannot be run: {first.removeprefix(interpreter)}")
    if (is_traceback(first) and worker.ends_soon()) or (not first and worker.ended()):
        return failed(worker.end())
    return passed(
        f"first line: {first[:200]}" if first else "it has said nothing yet", pid=worker.process.pid
    )


def become_ready(probe: Probe) -> Outcome:
    """Its output shows that it is ready, before the time is over."""
    worker, limit = probe.running, probe.plan.timeouts.ready
    seen = worker.log.seen
    probe.watch.until(lambda: seen.is_set() or worker.ended(), limit - worker.age())
    if worker.ended():
        worker.process.drain()
    if seen.is_set():
        worker.ready = True
        fence = probe.around.fence
        stands: dict[str, Any] = {"fence": fence.evidence()} if fence else {}
        detail = f"line: {worker.log.match[:200]}"
        if led := [name.what for name in probe.around.inside.seen("led")]:
            detail += f"; {' and '.join(led)} was led to the stand-in"
            stands["led"] = led
        return passed(detail, seconds_from_start=round(worker.age(), 3), **stands)
    if worker.ended():
        return failed(worker.end())
    words = worker.last_words()
    worker.show_stacks()
    pattern = probe.description.ready.log
    return failed(f"not ready within {limit:g} s: no {pattern!r} in its output. Its last words: {words}")


def stop(probe: Probe) -> Outcome:
    """It ends on SIGTERM, in time, with exit code 0, and leaves no task and no process behind."""
    worker, limit = probe.running, probe.plan.timeouts.stop
    process = worker.process
    if worker.ended():
        return failed(worker.end())
    told = time.monotonic()
    process.signal(signal.SIGTERM)
    if not probe.watch.until(worker.ended, limit):
        worker.show_stacks()
        return failed(f"still running {limit:g} s after SIGTERM")
    seconds = round(time.monotonic() - told, 3)
    probe.watch.until(lambda: not process.left_behind(), _LINGER)
    left = process.left_behind()
    process.drain(0.2 if left else 2)
    evidence = {
        "exit_code": process.exit_code(),
        "seconds_after_sigterm": seconds,
        "left": list(left.values()),
    }
    if code := process.exit_code():
        return failed(f"exit code {code} after SIGTERM, not 0: {worker.last_words()}", **evidence)
    if left:
        named = ", ".join(f"{command} ({pid})" for pid, command in left.items())
        return failed(f"left {len(left)} of its processes behind: {named}", **evidence)
    if unfinished := probe.around.inside.left():
        named = "; ".join(map(str, unfinished[:3]))
        return failed(f"at its end {len(unfinished)} of its tasks were not done: {named}", **evidence)
    return passed(f"{seconds:g} s after SIGTERM, exit code 0", **evidence)
