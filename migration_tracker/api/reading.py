"""Reading a migration: the same words and numbers as its pages."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Query, Router
from ninja.errors import HttpError

from migration_tracker.accounts.models import Scope
from migration_tracker.api.auth import ByToken, migration_of, token_of
from migration_tracker.api.gate import reasons
from migration_tracker.api.schemas import (
    Before,
    CellOut,
    Counts,
    EntryOut,
    GateOut,
    ItemOut,
    MigrationOut,
    RunOut,
    ScanIn,
    ScopeChangeOut,
    Trouble,
    WaiverOut,
    WorkerOut,
)
from migration_tracker.audit import queries as audit
from migration_tracker.audit.models import Entry
from migration_tracker.checklists import queries as checklists
from migration_tracker.dashboard.board import Board, board
from migration_tracker.dashboard.rows import Row, of_scan
from migration_tracker.inventory import queries as inventory
from migration_tracker.smoke.models import SmokeRun

MOST = 200
TROUBLES = dict.fromkeys((400, 401, 403, 404, 409, 422, 429), Trouble)

router = Router(auth=ByToken(Scope.READ))


@router.get("/migrations", response={200: list[MigrationOut], **TROUBLES})
def migrations(request: HttpRequest) -> list[MigrationOut]:
    """Every migration that the token reaches, with how far it is."""
    token = token_of(request)
    return [_migration(board(one)) for one in inventory.readable(token.owner) if token.reaches(one.key)]


@router.get("/migrations/{slug:key}", response={200: MigrationOut, **TROUBLES})
def migration(request: HttpRequest, key: str) -> MigrationOut:
    """One migration, with how far it is."""
    return _migration(board(migration_of(request, key)))


@router.get("/migrations/{slug:key}/workers", response={200: list[WorkerOut], **TROUBLES})
def workers(request: HttpRequest, key: str) -> list[WorkerOut]:
    """Every worker of the latest scan, with what its witnesses say."""
    scan = inventory.latest_scan(migration_of(request, key))
    return [_worker(row) for row in of_scan(scan)] if scan else []


@router.get("/migrations/{slug:key}/runs", response={200: list[RunOut], **TROUBLES})
def runs(request: HttpRequest, key: str, page: Query[Before]) -> list[RunOut]:
    """The smoke runs before an id, the latest first, at most 200."""
    found = SmokeRun.objects.filter(worker__migration=migration_of(request, key), pk__lt=page.before)
    return [_run(run) for run in found.select_related("worker").defer("log")[:MOST]]


@router.get("/migrations/{slug:key}/waivers", response={200: list[WaiverOut], **TROUBLES})
def waivers(request: HttpRequest, key: str) -> list[WaiverOut]:
    """Every waiver that was ever asked for, the latest first."""
    return [
        WaiverOut(
            id=one.pk,
            worker=one.worker.name if one.worker else None,
            phase=one.phase or None,
            item=one.item,
            reason=one.reason,
            until=one.until,
            state=one.word,
            asked_by=str(one.asked_by),
            decided_by=str(one.decided_by) if one.decided_by else None,
        )
        for one in checklists.waivers(migration_of(request, key))
    ]


@router.get("/migrations/{slug:key}/scope", response={200: list[ScopeChangeOut], **TROUBLES})
def scope(request: HttpRequest, key: str) -> list[ScopeChangeOut]:
    """Every change by which the migration came to ask less, the latest first."""
    rows = migration_of(request, key).scope_changes.select_related("after", "decided_by")
    return [
        ScopeChangeOut(
            id=one.pk,
            commit=one.after.commit,
            state=one.state,
            narrowings=one.texts,
            left_out=one.drops,
            edits=one.edits,
            noticed_at=one.noticed_at,
            decided_by=str(one.decided_by) if one.decided_by else None,
            decided_at=one.decided_at,
            reason=one.reason,
        )
        for one in rows
    ]


@router.get("/migrations/{slug:key}/audit", response={200: list[EntryOut], **TROUBLES})
def trail(request: HttpRequest, key: str, page: Query[Before]) -> list[Entry]:
    """The entries of the migration's audit chain before a position, the latest first, at most 200."""
    entries = audit.of_chain(migration_of(request, key).chain).filter(position__lt=page.before)
    return list(entries.order_by("-position")[:MOST])


@router.post("/migrations/{slug:key}/gate", response={200: GateOut, **TROUBLES})
def gate(request: HttpRequest, key: str, scan: ScanIn) -> GateOut:
    """May a change be merged? `scan` is what `scan --format json` says of it; nothing is stored."""
    latest = inventory.latest_scan(migration_of(request, key))
    if latest is None:
        raise HttpError(409, "No scan has read the repository yet: there is nothing to compare with.")
    against = reasons(latest, scan)
    return GateOut(may_merge=not against, reasons=against, onto=latest.commit)


def _migration(whole: Board) -> MigrationOut:
    progress = whole.progress
    counted = {name: getattr(progress, name) for name in Counts.model_fields}
    return MigrationOut(
        key=whole.migration.key,
        name=whole.migration.name,
        commit=whole.scan.commit if whole.scan else None,
        scanned_at=whole.scan.finished_at if whole.scan else None,
        workers=Counts(**counted),
        disagreements=[f"{one.name}: {one.text}" for one in whole.disagreements()],
        criteria={one.criterion.title: str(one.verdict) for one in whole.criteria},
        closed_at=whole.migration.closed_at,
        unapproved_scope=[text for change in whole.unapproved for text in change.texts],
    )


def _worker(row: Row) -> WorkerOut:
    items = [
        ItemOut(
            item=item.key,
            verdict=str(item.verdict),
            reason=item.reason,
            waived_until=item.waiver.until if item.waived and item.waiver else None,
        )
        for item in row.items
    ]
    cells = [
        CellOut(
            transport=cell.transport,
            result=cell.result,
            level=cell.run.level if cell.run else "",
            proves=cell.proves,
            reproving=cell.reproving,
            flaky=cell.flaky,
            broker=cell.run.broker if cell.run else "",
            reason=cell.reason,
        )
        for cell in row.cells
    ]
    return WorkerOut(
        name=row.worker.name,
        path=row.observation.path,
        domain=row.worker.domain,
        phase=row.observation.phase or None,
        status=row.status,
        fingerprint=row.observation.fingerprint,
        proven=row.proven,
        owners=row.owners,
        due=row.worker.due,
        issue=row.worker.issue,
        checklist=items,
        smoke=cells,
        disagreements=row.disagreements,
    )


def _run(run: SmokeRun) -> RunOut:
    plain = (
        *("transport", "commit", "fingerprint", "state", "result", "level"),
        *("occasion", "reason", "broker", "finished_at"),
    )
    values = {name: getattr(run, name) for name in plain}
    return RunOut(id=run.pk, worker=run.worker.name, attempts=max(run.attempt, 1), **values)
