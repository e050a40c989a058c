"""An installation that has grown large, made up: for the same size the same in each database."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from django.contrib.auth.models import Group

from benchmarks.dashboard.insertion import analyze, insert
from migration_tracker import definition
from migration_tracker.accounts.models import Token, User
from migration_tracker.audit.models import Chain, Entry
from migration_tracker.checklists.models import Evidence, Tick, Waiver
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
from migration_tracker.patches.models import Patch
from migration_tracker.smoke.models import SmokeRun, Stage

Columns = tuple[str, ...]

DEFINITION = (Path(__file__).resolve().parents[2] / definition.FILE_NAME).read_text()
EXCERPT = "\n".join(f"    consumer_{n} = AIOKafkaConsumer('topic', group_id='g')" for n in range(7))
LOG = "2026-11-20 02:00:01 INFO worker is ready\n" * 25
STATUSES = ("migrated",) * 12 + ("partial", "partial", "direct", "direct", "direct", "unknown")
DOMAINS = ("claimx", "verisk", "plugins", "billing", "claims", "policy", "search", "mail")
STAGES = ("boot", "ready", "consume", "commit", "stop")
TRANSPORTS = ("kafka", "eventhub")
WAIVED_EVERY, TICKED_EVERY = 10, 3


@dataclass(frozen=True)
class Size:
    """How much there is, in all; `workers` are those of the largest migration, the others have `few` each."""

    migrations: int = 50
    workers: int = 1_000
    few: int = 20
    scans: int = 10
    runs: int = 100_000
    entries: int = 1_000_000
    points: int = 400
    people: int = 50

    @cached_property
    def of_migration(self) -> list[int]:
        """How many workers each migration has, the largest first."""
        return [self.workers, *[self.few] * (self.migrations - 1)]

    @property
    def all_workers(self) -> int:
        return sum(self.of_migration)


def digest(*what: object) -> str:
    """Forty hexadecimal digits that depend on nothing but `what`."""
    return hashlib.sha1(repr(what).encode(), usedforsecurity=False).hexdigest()


class Installation:
    """Fills an empty database. Everything is counted off from the size; nothing is drawn at random."""

    def __init__(self, size: Size) -> None:
        self.size = size
        self.now = datetime.now(UTC).replace(microsecond=0)
        described = definition.parse(DEFINITION, definition.FILE_NAME)
        self.items = [item.key for item in described.items]
        self.scanned = [item.key for item in described.items if item.witness == "scanner"]
        self.phases = [phase.key for phase in described.phases]
        self.workers = [
            (migration, number)
            for migration, many in enumerate(size.of_migration, 1)
            for number in range(many)
        ]

    def fill(self) -> None:
        """Put everything in."""
        self._people()
        self._migrations()
        self._scans()
        self._history()
        self._runs()
        self._checklists()
        self._trail()
        analyze()

    def _people(self) -> None:
        self.people = [
            User.objects.create(username=f"person{number}", password="!")
            for number in range(self.size.people)
        ]
        lead = Group.objects.get(name="lead")
        for user in self.people:
            user.groups.add(lead)
        Token.objects.bulk_create(
            Token(owner=self.people[0], name=f"ci {n}", digest=digest("token", n), expires_at=self.now)
            for n in range(min(self.size.people, 20))
        )

    def _migrations(self) -> None:
        columns: Columns = ("id", "key", "name", "location", "registered_at")
        rows = (
            (pk, f"migration-{pk}", f"Migration {pk}", f"/srv/repositories/{pk}", self.now)
            for pk in range(1, self.size.migrations + 1)
        )
        insert(Migration, columns, rows)
        columns = ("id", "migration_id", "name", "domain", "owner", "due", "issue", "changed_at")
        insert(Worker, columns, self._worker_rows())

    def _worker_rows(self) -> Iterator[tuple[Any, ...]]:
        for pk, (migration, number) in enumerate(self.workers, 1):
            domain = DOMAINS[number % len(DOMAINS)]
            owner = f"team-{number % 12}" if number % 3 else ""
            due = (self.now + timedelta(days=number % 60 - 20)).date() if number % 5 == 0 else None
            changed = self.now - timedelta(days=number % 40)
            yield pk, migration, f"{domain}/worker_{number:04}", domain, owner, due, "", changed

    def fingerprint(self, worker: int, scan: int) -> str:
        """The worker's code changes with every fourth scan."""
        return digest("code", worker, (scan + worker) // 4)

    def status(self, worker: int, scan: int) -> str:
        """The later the scan, the more is migrated; one in fifty slips back at the last."""
        number = worker % len(STATUSES)
        done = scan + 1 >= self.size.scans * (number + 1) / len(STATUSES)
        slipped = worker % 50 == 0 and scan == self.size.scans - 1
        return STATUSES[number] if done and not slipped else "direct"

    def scan_pk(self, migration: int, scan: int) -> int:
        return scan * self.size.migrations + migration

    def _scans(self) -> None:
        many = self.size.scans
        job: Columns = ("state", "attempt", "requested_at", "enqueued_at", "started_at", "finished_at")
        self.scanned_at = [self.now - timedelta(days=3 * (many - 1 - scan), hours=1) for scan in range(many)]
        columns: Columns = (
            *(
                "id",
                *job,
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
                *(self.scan_pk(migration, scan), "done", 1, *[self.scanned_at[scan]] * 4, migration),
                *(digest("commit", migration, scan), DEFINITION, 1.5, 4000, 3000, [], [], held, ""),
            )
            for scan in range(many)
            for migration in range(1, self.size.migrations + 1)
        )
        insert(Scan, columns, rows)
        columns = ("id", "scan_id", "worker_id", "path", "phase", "status", "fingerprint", "owners")
        insert(Observation, columns, self._observation_rows())
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
        insert(Evidence, columns, self._evidence_rows())
        columns = (
            *("scan_id", "observation_id", "rule", "kind", "symbol", "path", "line", "column", "via"),
            *("message", "excerpt", "excerpt_line"),
        )
        insert(Finding, columns, self._finding_rows())

    def _observation_rows(self) -> Iterator[tuple[Any, ...]]:
        for scan in range(self.size.scans):
            for worker, (migration, number) in enumerate(self.workers, 1):
                yield (
                    *(scan * len(self.workers) + worker, self.scan_pk(migration, scan), worker),
                    *(
                        f"src/worker_{number:04}.py",
                        self.phases[number % len(self.phases)] if number % 4 else "",
                    ),
                    *(self.status(worker, scan), self.fingerprint(worker, scan), [f"@team-{number % 12}"]),
                )

    def _evidence_rows(self) -> Iterator[tuple[Any, ...]]:
        for scan in range(self.size.scans):
            for worker, (migration, _) in enumerate(self.workers, 1):
                status, fingerprint = self.status(worker, scan), self.fingerprint(worker, scan)
                commit, at = digest("commit", migration, scan), self.scanned_at[scan]
                for item in self.scanned:
                    verdict = "met" if status == "migrated" and (worker % 9 or item != "awaited") else "unmet"
                    yield (
                        *(worker, item, "scanner", verdict, f"The scanner found it {verdict}.", [], commit),
                        *(fingerprint, self.scan_pk(migration, scan), at),
                    )

    def _finding_rows(self) -> Iterator[tuple[Any, ...]]:
        last = self.size.scans - 1
        for worker, (migration, number) in enumerate(self.workers, 1):
            for line in (12, 40, 77):
                yield (
                    *(
                        self.scan_pk(migration, last),
                        last * len(self.workers) + worker,
                        "direct-client",
                        "call",
                    ),
                    *("aiokafka.AIOKafkaConsumer", f"src/worker_{number:04}.py", line, 9, []),
                    *("it builds its own consumer", EXCERPT, line - 3),
                )

    def _history(self) -> None:
        job: Columns = ("state", "attempt", "requested_at", "enqueued_at", "finished_at")
        columns: Columns = (*job, "migration_id", "commit", "commits", "shallow", "error")
        migrations = range(1, self.size.migrations + 1)
        last = self.size.scans - 1
        insert(
            HistoryReading,
            columns,
            (
                ("done", 1, self.now, self.now, self.now, m, digest("commit", m, last), 9_000, False, "")
                for m in migrations
            ),
        )
        counts = ("migrated", "partial", "direct", "none", "unknown")
        columns = ("migration_id", "position", "commit", "at", "author", "subject", *counts)
        insert(HistoryPoint, columns, self._point_rows())
        columns = ("worker_id", "position", "commit", "at", "author", "subject", "status", "path")
        insert(Turn, columns, self._turn_rows())

    def _point_rows(self) -> Iterator[tuple[Any, ...]]:
        for migration, many in enumerate(self.size.of_migration, 1):
            points = self.size.points if migration == 1 else min(self.size.points, 20)
            for point in range(points):
                at = self.now - timedelta(hours=(points - point) * 8)
                migrated = many * 7 * point // (points * 10)
                rest = many - migrated
                yield (
                    *(migration, point * 20, digest("point", migration, point), at, "Grace", f"Step {point}"),
                    *(migrated, rest // 4, rest - rest // 4, 0, 0),
                )

    def _turn_rows(self) -> Iterator[tuple[Any, ...]]:
        for worker, (_, number) in enumerate(self.workers, 1):
            latest = self.status(worker, self.size.scans - 1)
            slipped = worker % 50 == 0
            for place, status in enumerate(("direct", "migrated", latest) if slipped else ("direct", latest)):
                at = self.now - timedelta(days=60 - 20 * place)
                commit = digest("turn", worker, place)
                yield worker, place, commit, at, "Grace", "Turn it", status, f"src/worker_{number:04}.py"

    def _run_worker(self, run: int) -> int:
        """The workers in turn, each on one transport after the other."""
        return run // 2 % len(self.workers) + 1

    def _runs(self) -> None:
        job: Columns = ("state", "attempt", "requested_at", "enqueued_at", "started_at", "finished_at")
        columns: Columns = (
            *("id", *job, "worker_id", "transport", "commit", "fingerprint", "cancel_requested", "result"),
            *("reason", "cause", "broker", "log", "seconds"),
        )
        insert(SmokeRun, columns, self._run_rows())
        columns = ("run_id", "attempt", "position", "key", "title", "result", "seconds", "detail", "evidence")
        insert(
            Stage,
            columns,
            (
                (run, 1, place, key, key.capitalize(), "passed", 0.3, "It went well.", {})
                for run in range(1, self.size.runs + 1)
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
                for row in self._run_rows()
                if row[12] in ("passed", "failed")
            ),
        )

    def _run_rows(self) -> Iterator[tuple[Any, ...]]:
        rounds = max(1, -(-self.size.runs // (2 * len(self.workers))))
        for run in range(self.size.runs):
            worker = self._run_worker(run)
            migration = self.workers[worker - 1][0]
            turn = run // (2 * len(self.workers))
            scan = min(turn * self.size.scans // rounds, self.size.scans - 1)
            scan = self.size.scans - 1 if turn >= rounds - 2 else scan
            at = self.now - timedelta(days=rounds - turn, seconds=self.size.runs - run)
            result = "failed" if (run + turn) % 17 == 0 else "error" if run % 41 == 0 else "passed"
            reason = "" if result == "passed" else "It did not become ready within 60 s."
            cause = {"kind": "kafka-bootstrap", "text": "No server answered."} if result == "failed" else None
            yield (
                *(run + 1, "done", 1, at, at, at, at, worker, TRANSPORTS[run % 2]),
                *(digest("commit", migration, scan), self.fingerprint(worker, scan), False, result),
                *(reason, cause, "stand-in", LOG, 4.2),
            )

    def _checklists(self) -> None:
        last = self.size.scans - 1
        columns: Columns = ("worker_id", "item", "ticked", "note", "commit", "fingerprint", "by_id", "at")
        by = [user.pk for user in self.people]
        insert(
            Tick,
            columns,
            (
                (
                    *(worker, item, ticked, "as agreed", digest("commit", migration, last)),
                    *(self.fingerprint(worker, last), by[worker % len(by)], self.now),
                )
                for worker, (migration, _) in enumerate(self.workers, 1)
                if worker % TICKED_EVERY == 0
                for item in self.items[:2]
                for ticked in (True, False, True)
            ),
        )
        columns = (
            *("worker_id", "item", "reason", "until", "state", "asked_by_id", "asked_at", "decided_by_id"),
            *("decided_at", "remark", "ended_at"),
        )
        insert(Waiver, columns, self._waiver_rows(by))
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
                    *("done", 1, self.now, self.now, self.now, worker, digest("commit", migration, last)),
                    *(self.fingerprint(worker, last), False, "unproven", "", diff, [], [], 9.0),
                )
                for worker, (migration, _) in enumerate(self.workers, 1)
                if worker % 2
            ),
        )

    def _waiver_rows(self, by: list[int]) -> Iterator[tuple[Any, ...]]:
        today = self.now.date()
        for worker in range(1, len(self.workers) + 1, WAIVED_EVERY):
            for number, state in enumerate(("lapsed", "declined", "withdrawn", "approved")):
                until = today + timedelta(days=30 if state == "approved" else -30)
                ended = None if state == "approved" else self.now
                yield (
                    *(worker, "awaited", "It waits for the plugin.", until, state, by[0], self.now),
                    *(by[1 + number % (len(by) - 1)], self.now, "", ended),
                )

    def _trail(self) -> None:
        """Entries sealed as `audit.record` does: nine in ten of the largest migration's chain."""
        chains = ["installation", *(f"migration:migration-{n}" for n in range(1, self.size.migrations + 1))]
        Chain.objects.bulk_create(Chain(key=key) for key in chains)
        columns: Columns = (
            *("id", "chain_id", "position", "at", "actor_id", "actor_name", "action", "subject_type"),
            *("subject_id", "subject_label", "sentence", "detail", "previous", "digest"),
        )
        ends: dict[str, tuple[int, str]] = dict.fromkeys(chains, (0, ""))
        insert(Entry, columns, self._entry_rows(chains, ends))
        for key, (length, head) in ends.items():
            Chain.objects.filter(key=key).update(length=length, head=head)

    def _entry_rows(self, chains: list[str], ends: dict[str, tuple[int, str]]) -> Iterator[tuple[Any, ...]]:
        actors = {user.pk: user.username for user in self.people}
        names = list(actors.items())
        for number in range(1, self.size.entries + 1):
            key = chains[number // 10 % len(chains)] if number % 10 == 0 else chains[min(1, len(chains) - 1)]
            length, head = ends[key]
            worker = number % self.size.workers + 1
            actor, actor_name = names[number % len(names)] if number % 3 else (None, "the tracker")
            entry = Entry(
                chain_id=key,
                position=length + 1,
                at=self.now - timedelta(seconds=self.size.entries - number),
                actor_id=actor,
                actor_name=actor_name,
                action="item.ticked" if number % 3 else "smoke.finished",
                subject_type="inventory.worker",
                subject_id=str(worker),
                subject_label=f"{DOMAINS[(worker - 1) % len(DOMAINS)]}/worker_{worker - 1:04}",
                sentence=f"ticked “It takes one message” of worker_{worker:04}",
                detail={"item": "one-message", "note": "", "commit": "c" * 40, "fingerprint": "f" * 64},
                previous=head,
            )
            entry.digest = entry.seal()
            ends[key] = (entry.position, entry.digest)
            yield (
                *(number, key, entry.position, entry.at, actor, actor_name, entry.action, entry.subject_type),
                *(entry.subject_id, entry.subject_label, entry.sentence, entry.detail, head, entry.digest),
            )
