"""The course of a smoke run: takes a plan through the stages in their order and says what happened."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from migration_tracker.probing import handling, lifecycle, survival
from migration_tracker.probing.cause import recognise
from migration_tracker.probing.errors import Cancelled, ProbingError, SetupError
from migration_tracker.probing.given import STAND_IN
from migration_tracker.probing.judgement import judged
from migration_tracker.probing.outcome import Outcome, error, skipped
from migration_tracker.probing.plan import Plan
from migration_tracker.probing.probe import Probe
from migration_tracker.probing.process import Household
from migration_tracker.probing.report import LEVELS, Report, Result, StageReport
from migration_tracker.probing.sandbox import Limits, Sandbox
from migration_tracker.probing.surroundings import Surroundings
from migration_tracker.probing.watch import Watch

_ENDS = (Result.FAILED, Result.ERROR, Result.CANCELLED)


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of a run, and how it shows in reports."""

    key: str
    title: str
    step: Callable[[Probe], Outcome]


STAGES = (
    Stage("broker", "Broker and services", lifecycle.surround),
    Stage("boots", "Boots", lifecycle.boot),
    Stage("ready", "Becomes ready", lifecycle.become_ready),
    Stage("processes", "Processes its sample", handling.process),
    Stage("commits", "Commits its position", handling.commit),
    Stage("leaves", "Leaves nothing running", handling.leave_nothing),
    Stage("bears", "Bears bad messages", survival.bear),
    Stage("stops", "Stops on SIGTERM", lifecycle.stop),
    Stage("drains", "Drains on SIGTERM", survival.drain),
    Stage("raises", "Keeps what its handler failed at", survival.keep),
    Stage("returns", "Returns after SIGKILL", survival.come_back),
)


def stages(level: str) -> tuple[Stage, ...]:
    """The stages of a run that goes up to `level`: how a worker stops is always looked at."""
    levels = list(LEVELS)
    beyond = {key for later in levels[levels.index(level) + 1 :] for key in LEVELS[later]} - {"stops"}
    return tuple(stage for stage in STAGES if stage.key not in beyond)


def run(
    plan: Plan,
    *,
    on_stage: Callable[[StageReport], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    limits: Limits | None = None,
    on_log: Callable[[Callable[[], str]], None] | None = None,
) -> Report:
    """Boot the plan's worker against a fresh broker, take it through all stages, end all that was started.

    Blocks for as long as that takes, bounded by the plan's timeouts; not to be called from a running event
    loop.

    Args:
        plan: what to run.
        on_stage: called when a stage begins (its result is then `running`) and when it has ended.
        cancelled: asked a few times a second; True ends the run.
        limits: how much each of the run's processes may use, in a sandbox; without them they have the
            caller's rights, as a command in a shell has.
        on_log: called once, with what tells the worker's output so far; that may be asked from any thread.

    Returns:
        The report. What goes wrong is in it; only what `on_stage` and `cancelled` raise comes through.
    """
    started, clock = datetime.now(UTC), time.monotonic()
    stages: list[StageReport] = []
    with (
        tempfile.TemporaryDirectory(prefix="smoke-", ignore_cleanup_errors=True) as scratch,
        ExitStack() as stack,
        Sandbox(limits) if limits else nullcontext() as sandbox,
        Household(Path(scratch), sandbox) as household,
    ):
        watch = Watch(cancelled)
        probe = Probe(plan, household, Surroundings(plan, Path(scratch), household, stack, watch), watch)
        if on_log:
            on_log(probe.log)
        for stage in _course(probe):
            if on_stage:
                on_stage(stage)
            if stage.result is not Result.RUNNING:
                stages.append(stage)
        refused = probe.refused()
    log = probe.log()
    ends = next((stage for stage in stages if stage.result in _ENDS), None)
    caught = next(filter(None, (attempt.cause for attempt in refused)), None)
    telling = plan.transport == "eventhub" or (ends and ends.result is Result.FAILED)
    return Report(
        worker=plan.worker,
        transport=plan.transport,
        result=ends.result if ends else Result.PASSED,
        broker=plan.broker.kind if plan.broker else STAND_IN,
        stages=tuple(stages),
        reason=ends.detail if ends else "",
        cause=(recognise(log) if telling else None) or caught,
        log=log,
        started=started,
        seconds=time.monotonic() - clock,
    )


def _course(probe: Probe) -> Iterator[StageReport]:
    """Each stage as it begins and as it has ended. After one that did not pass the others are skipped; only
    how the worker stops is still looked at where it can be."""
    ended: StageReport | None = None
    for stage in stages(probe.plan.proves):
        look = ended and ended.result is Result.FAILED and stage.key == "stops" and probe.can_stop()
        if ended and not look:
            yield _report(stage, skipped(f"not reached: “{ended.title}” {ended.result}"))
            continue
        yield StageReport(stage.key, stage.title, Result.RUNNING)
        began = time.monotonic()
        report = _report(stage, _outcome(stage, probe), time.monotonic() - began)
        yield report
        if report.result in _ENDS:
            ended = ended or report


def _report(stage: Stage, outcome: Outcome, seconds: float = 0.0) -> StageReport:
    return StageReport(stage.key, stage.title, outcome.result, seconds, outcome.detail, outcome.evidence)


def _outcome(stage: Stage, probe: Probe) -> Outcome:
    try:
        outcome = _attempt(stage, probe)
        if stage.key == "boots" and outcome.result is Result.PASSED:
            return outcome  # what else it does as it boots shows in the next stage, by when its log is whole
        return judged(outcome, probe)
    except Cancelled:
        return Outcome(Result.CANCELLED, "the run was cancelled")


def _attempt(stage: Stage, probe: Probe) -> Outcome:
    from transport.errors import TransportError

    try:
        return stage.step(probe)
    except Cancelled:
        raise
    except SetupError as wrong:
        probe.setup_log = wrong.log
        return error(str(wrong), lasting=True)
    except (ProbingError, TransportError) as wrong:
        return error(str(wrong), **({"lasting": True} if getattr(wrong, "lasting", False) else {}))
    except Exception as wrong:  # whatever it is, it is not the worker's fault
        return error(f"the harness failed: {type(wrong).__name__}: {wrong}")
