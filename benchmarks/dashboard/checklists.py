"""Ticks, waivers and proposed patches."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from benchmarks.dashboard.insertion import insert
from benchmarks.dashboard.plan import Columns, Plan, digest
from migration_tracker.checklists.models import Tick, Waiver
from migration_tracker.patches.models import Patch

WAIVED_EVERY, TICKED_EVERY = 10, 3


def checklists(plan: Plan) -> None:
    last = plan.size.scans - 1
    columns: Columns = ("worker_id", "item", "ticked", "note", "commit", "fingerprint", "by_id", "at")
    by = [user.pk for user in plan.people]
    insert(
        Tick,
        columns,
        (
            (
                *(worker, item, ticked, "as agreed", digest("commit", migration, last)),
                *(plan.fingerprint(worker, last), by[worker % len(by)], plan.now),
            )
            for worker, (migration, _) in enumerate(plan.workers, 1)
            if worker % TICKED_EVERY == 0
            for item in plan.items[:2]
            for ticked in (True, False, True)
        ),
    )
    columns = (
        *("worker_id", "item", "reason", "until", "state", "asked_by_id", "asked_at", "decided_by_id"),
        *("decided_at", "remark", "ended_at"),
    )
    insert(Waiver, columns, _waiver_rows(plan, by))
    job: Columns = (
        "state",
        "attempt",
        "requested_at",
        "enqueued_at",
        "finished_at",
        "worker_id",
        "commit",
    )
    columns = (
        *(*job, "fingerprint", "cancel_requested", "outcome", "reason", "diff", "undecided", "notes"),
        "seconds",
    )
    diff = "--- a/w.py\n+++ b/w.py\n@@ -1,2 +1,2 @@\n-import aiokafka\n+import transport\n context\n"
    insert(
        Patch,
        columns,
        (
            (
                *("done", 1, plan.now, plan.now, plan.now, worker, digest("commit", migration, last)),
                *(plan.fingerprint(worker, last), False, "unproven", "", diff, [], [], 9.0),
            )
            for worker, (migration, _) in enumerate(plan.workers, 1)
            if worker % 2
        ),
    )


def _waiver_rows(plan: Plan, by: list[int]) -> Iterator[tuple[Any, ...]]:
    today = plan.now.date()
    for worker in range(1, len(plan.workers) + 1, WAIVED_EVERY):
        for number, state in enumerate(("lapsed", "declined", "withdrawn", "approved")):
            until = today + timedelta(days=30 if state == "approved" else -30)
            ended = None if state == "approved" else plan.now
            yield (
                *(worker, "awaited", "It waits for the plugin.", until, state, by[0], plan.now),
                *(by[1 + number % (len(by) - 1)], plan.now, "", ended),
            )
