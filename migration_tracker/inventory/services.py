"""Registering migrations, asking for scans, keeping what they find."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from django.db import IntegrityError, transaction
from django.utils import timezone

from migration_tracker import scanning
from migration_tracker.accounts.models import User
from migration_tracker.audit import services as audit
from migration_tracker.definition.narrowing import Allowances
from migration_tracker.inventory import adding, past, queries, seal
from migration_tracker.inventory.models import Finding, Migration, Observation, Scan, Worker
from migration_tracker.inventory.signals import scan_stored
from migration_tracker.jobs import State
from migration_tracker.scanning.codeowners import CodeOwners
from migration_tracker.scanning.sources import Revision, SourceError


def register(location: Path, *, by: User | None) -> Migration:
    """Make a migration known by the folder of its `migration.toml`; one that is known is returned as it is.

    Its code may run here if whoever runs the tracker registers it in a shell (`by` is None); what somebody
    enters on a page waits for an administrator, see `inventory.code`.

    Raises:
        CannotRegister: the folder is in no git repository, or its definition cannot be used.
    """
    return adding.add(adding.Place(folder=location.resolve()), by=by)


def request_scan(migration: Migration, *, by: User | None) -> Scan:
    """Queue a scan; one that is queued or running already is taken as it is."""
    try:
        with transaction.atomic():
            scan = Scan.objects.create(migration=migration, requested_by=by)
            audit.record(
                by,
                "scan.requested",
                migration,
                chain=migration.chain,
                sentence=f"asked for a scan of {migration}",
                scan=scan.pk,
            )
            scan.enqueue()
    except IntegrityError:  # the second of two clicks
        return queries.pending_scan(migration) or request_scan(migration, by=by)
    return scan


def follow(migration: Migration) -> Scan | None:
    """Queue a scan if the repository's HEAD has moved since the last one, good or bad."""
    try:
        head = Revision(Path(migration.location), "HEAD").commit
    except SourceError:
        return None  # the scan that a person asks for says what is wrong
    last = migration.scans.filter(state=State.DONE).first()
    if last and last.commit == head:
        if not migration.history_readings.exists():  # it was scanned before histories were kept
            past.request(migration)
        return None
    return request_scan(migration, by=None)


@transaction.atomic
def store(
    scan: Scan,
    inventory: scanning.Inventory,
    definition_text: str,
    excerpts: Mapping[scanning.Finding, scanning.Excerpt],
    owners: CodeOwners,
    allowed: Allowances,
) -> bool:
    """Keep what a scan found; False if this attempt was given up as lost, and nothing is kept.

    Args:
        scan: the claimed row.
        inventory: what the scanner says.
        definition_text: the `migration.toml` it judged by.
        excerpts: the code around the findings.
        owners: who owns which file.
        allowed: what lint lets pass.
    """
    kept = scan.mine().update(
        state=State.DONE,
        finished_at=timezone.now(),
        commit=inventory.commit or "",
        definition_text=definition_text,
        seconds=inventory.seconds,
        files_seen=inventory.files.seen,
        files_parsed=inventory.files.parsed,
        unreadable=[{"path": one.path, "reason": one.reason} for one in inventory.files.unreadable],
        warnings=list(inventory.warnings),
        baseline=allowed.baseline,
        suppressions=allowed.suppressions,
        phase_items={
            phase.key: {j.item: {"verdict": j.verdict, "reason": j.reason} for j in phase.items}
            for phase in inventory.phases
        },
        error="",
    )
    if kept != 1:
        return False
    scan.refresh_from_db()
    reports: dict[int, scanning.WorkerReport] = {}
    findings: list[Finding] = [_finding(scan, None, found, excerpts) for found in inventory.elsewhere]
    for report in inventory.workers:
        worker, _ = Worker.objects.get_or_create(
            migration=scan.migration, name=report.name, defaults={"domain": report.domain}
        )
        observation = Observation.objects.create(
            scan=scan,
            worker=worker,
            path=report.path,
            phase=report.phase or "",
            status=report.status,
            fingerprint=report.fingerprint,
            owners=list(owners.of(report.path)),
        )
        reports[observation.pk] = report
        findings += [_finding(scan, observation, found, excerpts) for found in report.findings]
    Finding.objects.bulk_create(findings)
    scan_stored.send(Scan, scan=scan, reports=reports)
    past.request(scan.migration)
    sentence = f"scanned {scan.migration} at {scan.short_commit}: {len(reports)} workers"
    _record_end(scan, sentence, seal=seal.of_scan(definition_text, inventory.workers))
    return True


@transaction.atomic
def fail(scan: Scan, error: str, commit: str = "") -> None:
    """End a scan that could not read the repository; what was known before stays shown."""
    ended = Scan.objects.active().filter(pk=scan.pk, attempt=scan.attempt)
    if ended.update(state=State.DONE, finished_at=timezone.now(), error=error, commit=commit):
        _record_end(scan, f"could not scan {scan.migration}: {error}")


def _finding(
    scan: Scan,
    observation: Observation | None,
    found: scanning.Finding,
    excerpts: Mapping[scanning.Finding, scanning.Excerpt],
) -> Finding:
    excerpt = excerpts.get(found)
    return Finding(
        scan=scan,
        observation=observation,
        rule=found.rule,
        kind=found.kind,
        symbol=found.symbol,
        path=found.path,
        line=found.line,
        column=found.column,
        via=list(found.via),
        message=found.message,
        excerpt=excerpt.text if excerpt else "",
        excerpt_line=excerpt.first_line if excerpt else 1,
    )


def _record_end(scan: Scan, sentence: str, **detail: str) -> None:
    audit.record(
        None,
        "scan.finished",
        scan.migration,
        chain=scan.migration.chain,
        sentence=sentence,
        scan=scan.pk,
        commit=scan.commit,
        **detail,
    )
