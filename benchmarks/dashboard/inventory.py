"""People, migrations, their scans with what those found, and their histories."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Group

from benchmarks.dashboard.insertion import insert
from benchmarks.dashboard.plan import DEFINITION, DOMAINS, JOB, Columns, Plan, digest
from migration_tracker.accounts.models import Token, User
from migration_tracker.checklists.models import Evidence
from migration_tracker.inventory.models import (
    Finding,
    HistoryPoint,
    HistoryReading,
    Migration,
    Observation,
    Scan,
    Turn,
    Worker,
)

EXCERPT = "\n".join(f"    consumer_{n} = AIOKafkaConsumer('topic', group_id='g')" for n in range(7))


def people(plan: Plan) -> None:
    plan.people = [
        User.objects.create(username=f"person{number}", password="!") for number in range(plan.size.people)
    ]
    lead = Group.objects.get(name="lead")
    for user in plan.people:
        user.groups.add(lead)
    Token.objects.bulk_create(
        Token(owner=plan.people[0], name=f"ci {n}", digest=digest("token", n), expires_at=plan.now)
        for n in range(min(plan.size.people, 20))
    )


def migrations(plan: Plan) -> None:
    columns: Columns = ("id", "key", "name", "location", "registered_at")
    rows = (
        (pk, f"migration-{pk}", f"Migration {pk}", f"/srv/repositories/{pk}", plan.now)
        for pk in range(1, plan.size.migrations + 1)
    )
    insert(Migration, columns, rows)
    columns = ("id", "migration_id", "name", "domain", "owner", "due", "issue", "changed_at")
    insert(Worker, columns, _worker_rows(plan))


def _worker_rows(plan: Plan) -> Iterator[tuple[Any, ...]]:
    for pk, (migration, number) in enumerate(plan.workers, 1):
        domain = DOMAINS[number % len(DOMAINS)]
        owner = f"team-{number % 12}" if number % 3 else ""
        due = (plan.now + timedelta(days=number % 60 - 20)).date() if number % 5 == 0 else None
        changed = plan.now - timedelta(days=number % 40)
        yield pk, migration, f"{domain}/worker_{number:04}", domain, owner, due, "", changed


def scans(plan: Plan) -> None:
    many = plan.size.scans
    columns: Columns = (
        *(
            "id",
            *JOB,
            "migration_id",
            "commit",
            "definition_text",
            "seconds",
            "files_seen",
            "files_parsed",
        ),
        *("unreadable", "warnings", "phase_items", "error"),
    )
    held = {"phase-3": {k: {"verdict": "met", "reason": ""} for k in ("contract", "guide", "lint")}}
    rows = (
        (
            *(plan.scan_pk(migration, scan), "done", 1, *[plan.scanned_at[scan]] * 4, migration),
            *(digest("commit", migration, scan), DEFINITION, 1.5, 4000, 3000, [], [], held, ""),
        )
        for scan in range(many)
        for migration in range(1, plan.size.migrations + 1)
    )
    insert(Scan, columns, rows)
    columns = ("id", "scan_id", "worker_id", "path", "phase", "status", "fingerprint", "owners")
    insert(Observation, columns, _observation_rows(plan))
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
    insert(Evidence, columns, _evidence_rows(plan))
    columns = (
        *("scan_id", "observation_id", "rule", "kind", "symbol", "path", "line", "column", "via"),
        *("message", "excerpt", "excerpt_line"),
    )
    insert(Finding, columns, _finding_rows(plan))


def _observation_rows(plan: Plan) -> Iterator[tuple[Any, ...]]:
    for scan in range(plan.size.scans):
        for worker, (migration, number) in enumerate(plan.workers, 1):
            yield (
                *(scan * len(plan.workers) + worker, plan.scan_pk(migration, scan), worker),
                *(
                    f"src/worker_{number:04}.py",
                    plan.phases[number % len(plan.phases)] if number % 4 else "",
                ),
                *(plan.status(worker, scan), plan.fingerprint(worker, scan), [f"@team-{number % 12}"]),
            )


def _evidence_rows(plan: Plan) -> Iterator[tuple[Any, ...]]:
    for scan in range(plan.size.scans):
        for worker, (migration, _) in enumerate(plan.workers, 1):
            status, fingerprint = plan.status(worker, scan), plan.fingerprint(worker, scan)
            commit, at = digest("commit", migration, scan), plan.scanned_at[scan]
            for item in plan.scanned:
                verdict = "met" if status == "migrated" and (worker % 9 or item != "awaited") else "unmet"
                yield (
                    *(worker, item, "scanner", verdict, f"The scanner found it {verdict}.", [], commit),
                    *(fingerprint, plan.scan_pk(migration, scan), at),
                )


def _finding_rows(plan: Plan) -> Iterator[tuple[Any, ...]]:
    last = plan.size.scans - 1
    for worker, (migration, number) in enumerate(plan.workers, 1):
        for line in (12, 40, 77):
            yield (
                *(
                    plan.scan_pk(migration, last),
                    last * len(plan.workers) + worker,
                    "direct-client",
                    "call",
                ),
                *("aiokafka.AIOKafkaConsumer", f"src/worker_{number:04}.py", line, 9, []),
                *("it builds its own consumer", EXCERPT, line - 3),
            )


def history(plan: Plan) -> None:
    job: Columns = ("state", "attempt", "requested_at", "enqueued_at", "finished_at")
    columns: Columns = (*job, "migration_id", "commit", "commits", "shallow", "error")
    migrations = range(1, plan.size.migrations + 1)
    last = plan.size.scans - 1
    insert(
        HistoryReading,
        columns,
        (
            ("done", 1, plan.now, plan.now, plan.now, m, digest("commit", m, last), 9_000, False, "")
            for m in migrations
        ),
    )
    counts = ("migrated", "partial", "direct", "none", "unknown")
    columns = ("migration_id", "position", "commit", "at", "author", "subject", *counts)
    insert(HistoryPoint, columns, _point_rows(plan))
    columns = ("worker_id", "position", "commit", "at", "author", "subject", "status", "path")
    insert(Turn, columns, _turn_rows(plan))


def _point_rows(plan: Plan) -> Iterator[tuple[Any, ...]]:
    for migration, many in enumerate(plan.size.of_migration, 1):
        points = plan.size.points if migration == 1 else min(plan.size.points, 20)
        for point in range(points):
            at = plan.now - timedelta(hours=(points - point) * 8)
            migrated = many * 7 * point // (points * 10)
            rest = many - migrated
            yield (
                *(migration, point * 20, digest("point", migration, point), at, "Grace", f"Step {point}"),
                *(migrated, rest // 4, rest - rest // 4, 0, 0),
            )


def _turn_rows(plan: Plan) -> Iterator[tuple[Any, ...]]:
    for worker, (_, number) in enumerate(plan.workers, 1):
        latest = plan.status(worker, plan.size.scans - 1)
        slipped = worker % 50 == 0
        for place, status in enumerate(("direct", "migrated", latest) if slipped else ("direct", latest)):
            at = plan.now - timedelta(days=60 - 20 * place)
            commit = digest("turn", worker, place)
            yield worker, place, commit, at, "Grace", "Turn it", status, f"src/worker_{number:04}.py"
