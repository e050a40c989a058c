"""The rows of a bundle: what a migration's tables say, as JSON values that need none of our code to read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from migration_tracker.accounts.models import User
from migration_tracker.checklists import queries as checklists
from migration_tracker.checklists.models import Evidence, Tick, Witness
from migration_tracker.inventory.models import Migration, Scan
from migration_tracker.jobs import State
from migration_tracker.smoke.models import SmokeRun

Row = dict[str, Any]


def scans(migration: Migration) -> Iterator[Row]:
    """Every scan that ended, the oldest first, with what it said of each worker and item."""
    for scan in migration.scans.filter(state=State.DONE).order_by("pk").iterator():
        verdicts: dict[int, dict[str, str]] = defaultdict(dict)
        for said in Evidence.objects.filter(witness=Witness.SCANNER, source=scan.pk):
            verdicts[said.worker_id][said.item] = said.verdict
        yield {
            "id": scan.pk,
            "at": scan.finished_at.isoformat() if scan.finished_at else None,
            "commit": scan.commit,
            "error": scan.error,
            "definition": scan.definition_text,
            "phase_items": scan.phase_items,
            "unreadable": scan.unreadable,
            "warnings": scan.warnings,
            "workers": [
                {
                    "name": seen.worker.name,
                    "path": seen.path,
                    "phase": seen.phase or None,
                    "status": seen.status,
                    "fingerprint": seen.fingerprint,
                    "items": verdicts[seen.worker_id],
                }
                for seen in scan.observations.select_related("worker")
            ],
        }


def findings(scan: Scan | None) -> Iterator[Row]:
    """Every place in the code that one scan points at."""
    for found in scan.findings.select_related("observation__worker") if scan else []:
        yield {
            "worker": found.observation.worker.name if found.observation else None,
            "rule": found.rule,
            "kind": found.kind,
            "symbol": found.symbol,
            "path": found.path,
            "line": found.line,
            "column": found.column,
            "via": found.via,
            "message": found.message,
        }


def runs(migration: Migration) -> Iterator[Row]:
    """Every smoke run that ended, the oldest first, with its stages; the logs stay where they are."""
    ended = SmokeRun.objects.filter(worker__migration=migration, state=State.DONE).order_by("pk")
    whole = ended.select_related("worker").prefetch_related("stages").defer("log")
    for run in whole.iterator(chunk_size=500):
        yield {
            "id": run.pk,
            "at": run.finished_at.isoformat() if run.finished_at else None,
            "worker": run.worker.name,
            "transport": run.transport,
            "commit": run.commit,
            "fingerprint": run.fingerprint,
            "result": run.result,
            "level": run.level,
            "occasion": run.occasion,
            "reason": run.reason,
            "cause": run.cause,
            "broker": run.broker,
            "seconds": run.seconds,
            "stages": [
                {"key": s.key, "title": s.title, "result": s.result, "seconds": s.seconds, "detail": s.detail}
                for s in run.present_stages
            ],
        }


def ticks(migration: Migration) -> Iterator[Row]:
    """Every tick and its withdrawal, the oldest first."""
    ticked = Tick.objects.filter(worker__migration=migration).order_by("pk").select_related("worker", "by")
    for tick in ticked.iterator():
        yield {
            "id": tick.pk,
            "at": tick.at.isoformat(),
            "worker": tick.worker.name,
            "item": tick.item,
            "ticked": tick.ticked,
            "note": tick.note,
            "commit": tick.commit,
            "fingerprint": tick.fingerprint,
            "by": _person(tick.by),
        }


def waivers(migration: Migration) -> Iterator[Row]:
    """Every waiver, the oldest first, as it stands."""
    for waiver in checklists.waivers(migration).order_by("pk").iterator():
        yield {
            "id": waiver.pk,
            "worker": waiver.worker.name if waiver.worker else None,
            "phase": waiver.phase or None,
            "item": waiver.item,
            "reason": waiver.reason,
            "until": waiver.until.isoformat(),
            "state": waiver.state,
            "asked_at": waiver.asked_at.isoformat(),
            "asked_by": _person(waiver.asked_by),
            "decided_at": waiver.decided_at.isoformat() if waiver.decided_at else None,
            "decided_by": _person(waiver.decided_by) if waiver.decided_by else None,
            "remark": waiver.remark,
            "ended_at": waiver.ended_at.isoformat() if waiver.ended_at else None,
        }


def scope_changes(migration: Migration) -> Iterator[Row]:
    """Every change that asked less of the migration, the oldest first, as it stands."""
    changes = migration.scope_changes.order_by("pk").select_related("before", "after", "decided_by")
    for change in changes.iterator():
        yield {
            "id": change.pk,
            "noticed_at": change.noticed_at.isoformat(),
            "from_commit": change.before.commit,
            "to_commit": change.after.commit,
            "says": change.texts,
            "workers_left_out": change.drops,
            "edits": change.edits,
            "state": change.state,
            "decided_at": change.decided_at.isoformat() if change.decided_at else None,
            "decided_by": _person(change.decided_by) if change.decided_by else None,
            "reason": change.reason,
            "ended_at": change.ended_at.isoformat() if change.ended_at else None,
        }


def _person(user: User) -> Row:
    return {"id": user.pk, "name": user.get_username()}
