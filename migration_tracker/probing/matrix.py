"""Many smoke runs in one call: a few at once, told as they go."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from threading import Event

from migration_tracker.probing.course import run
from migration_tracker.probing.plan import Plan
from migration_tracker.probing.report import Report, StageReport

_MOST_AT_ONCE = 4  # each run is a broker, a worker and its services


def at_once() -> int:
    """How many runs this machine takes at a time, unless told otherwise: one a core, at most four."""
    return min(_MOST_AT_ONCE, os.cpu_count() or 1)


def run_all(plans: Sequence[Plan], jobs: int) -> list[Report]:
    """The reports of `plans`, in their order, of which `jobs` run at a time.

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

            return run(plan, on_stage=on_stage, cancelled=ended.is_set)

        running = [pool.submit(made, plan) for plan in plans]
        try:
            for done, future in enumerate(as_completed(running), 1):
                report = future.result()
                how = f"{report.worker} on {report.transport}: {report.result} in {report.seconds:.1f} s"
                console.print(f"{done}/{len(plans)} {how}", markup=False, soft_wrap=True)
        except BaseException:
            ended.set()
            pool.shutdown(cancel_futures=True)
            raise
    return [future.result() for future in running]
