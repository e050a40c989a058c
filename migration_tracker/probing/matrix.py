"""Many smoke runs in one call: a few at once, told as they go."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from threading import Event

from migration_tracker.probing.course import run
from migration_tracker.probing.plan import Plan
from migration_tracker.probing.report import Report, Result, StageReport

_PAUSE = 2.0  # seconds before a run is made again; four times as long each time
_MOST_AT_ONCE = 4  # each run is a broker, a worker and its services


def at_once() -> int:
    """How many runs this machine takes at a time, unless told otherwise: one a core, at most four."""
    return min(_MOST_AT_ONCE, os.cpu_count() or 1)


def run_all(plans: Sequence[Plan], jobs: int, retries: int = 0) -> list[Report]:
    """The reports of `plans`, in their order, of which `jobs` run at a time.

    A run that ended in an error is made again up to `retries` times, after a pause that grows, unless it
    would end the same; the last report holds those before it.

    Tells on standard error how each run ended and, on a terminal, which stages are under way. When it is
    interrupted all runs are cancelled, and it returns to whoever interrupts once they have ended.
    """
    from rich.console import Console

    console = Console(stderr=True, highlight=False)
    ended = Event()
    with (
        console.status("") if console.is_terminal else contextlib.nullcontext() as status,
        ThreadPoolExecutor(jobs, "smoke") as pool,
    ):

        def made(plan: Plan) -> Report:
            def on_stage(stage: StageReport) -> None:
                if status:
                    status.update(f"{plan.worker} on {plan.transport}: {stage.title}")

            before: list[Report] = []
            while True:
                report = run(plan, on_stage=on_stage, cancelled=ended.is_set)
                if report.result is not Result.ERROR or report.lasting or len(before) >= retries:
                    return replace(report, before=tuple(before))
                tell(f"{_named(report)}, tried again: {report.reason}")
                before.append(report)
                ended.wait(_PAUSE * 4 ** (len(before) - 1))

        def tell(what: str) -> None:
            console.print(what, markup=False, soft_wrap=True)

        running = [pool.submit(made, plan) for plan in plans]
        try:
            for done, future in enumerate(as_completed(running), 1):
                report = future.result()
                tell(f"{done}/{len(plans)} {_named(report)} in {report.seconds:.1f} s")
        except BaseException:
            ended.set()
            pool.shutdown(cancel_futures=True)
            raise
    return [future.result() for future in running]


def _named(report: Report) -> str:
    return f"{report.worker} on {report.transport}: {report.result}"
