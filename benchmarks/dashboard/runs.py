"""Smoke runs with their stages and what they testified."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from benchmarks.dashboard.insertion import insert
from benchmarks.dashboard.plan import JOB, Columns, Plan, digest
from migration_tracker.checklists.models import Evidence
from migration_tracker.smoke.models import SmokeRun, Stage

LOG = "2026-11-20 02:00:01 INFO worker is ready\n" * 25
STAGES = ("boot", "ready", "consume", "commit", "stop")
TRANSPORTS = ("kafka", "eventhub")


def runs(plan: Plan) -> None:
    columns: Columns = (
        *("id", *JOB, "worker_id", "transport", "commit", "fingerprint", "cancel_requested", "result"),
        *("reason", "cause", "broker", "log", "seconds"),
    )
    insert(SmokeRun, columns, _run_rows(plan))
    columns = ("run_id", "attempt", "position", "key", "title", "result", "seconds", "detail", "evidence")
    insert(
        Stage,
        columns,
        (
            (run, 1, place, key, key.capitalize(), "passed", 0.3, "It went well.", {})
            for run in range(1, plan.size.runs + 1)
            for place, key in enumerate(STAGES)
        ),
    )
    columns = (
        *(
            "worker_id",
            "item",
            "witness",
            "verdict",
            "reason",
            "places",
            "commit",
            "fingerprint",
            "source",
        ),
        "at",
    )
    insert(
        Evidence,
        columns,
        (
            (
                *(
                    row[7],
                    "both-transports",
                    "smoke",
                    "met" if row[12] == "passed" else "unmet",
                    "It ran.",
                ),
                *([], row[9], row[10], row[0], row[6]),
            )
            for row in _run_rows(plan)
            if row[12] in ("passed", "failed")
        ),
    )


def _run_rows(plan: Plan) -> Iterator[tuple[Any, ...]]:
    rounds = max(1, -(-plan.size.runs // (2 * len(plan.workers))))
    for run in range(plan.size.runs):
        worker = _run_worker(plan, run)
        migration = plan.workers[worker - 1][0]
        turn = run // (2 * len(plan.workers))
        scan = min(turn * plan.size.scans // rounds, plan.size.scans - 1)
        scan = plan.size.scans - 1 if turn >= rounds - 2 else scan
        at = plan.now - timedelta(days=rounds - turn, seconds=plan.size.runs - run)
        result = "failed" if (run + turn) % 17 == 0 else "error" if run % 41 == 0 else "passed"
        reason = "" if result == "passed" else "It did not become ready within 60 s."
        cause = {"kind": "kafka-bootstrap", "text": "No server answered."} if result == "failed" else None
        yield (
            *(run + 1, "done", 1, at, at, at, at, worker, TRANSPORTS[run % 2]),
            *(digest("commit", migration, scan), plan.fingerprint(worker, scan), False, result),
            *(reason, cause, "stand-in", LOG, 4.2),
        )


def _run_worker(plan: Plan, run: int) -> int:
    """The workers in turn, each on one transport after the other."""
    return run // 2 % len(plan.workers) + 1
