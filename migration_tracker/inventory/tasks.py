"""Scans as jobs. The row is the truth: a message lost or doubled, a process killed, changes nothing."""

from pathlib import Path

from celery import shared_task

from migration_tracker import definition, scanning
from migration_tracker.inventory import services
from migration_tracker.inventory.models import Migration, Scan
from migration_tracker.scanning import ScanningError, ScopeError
from migration_tracker.scanning.sources import Revision


@shared_task(name="inventory.scan")
def run_scan(pk: int) -> None:
    """Read one migration's repository at HEAD. Safe to deliver twice: only the first call claims the row."""
    scan: Scan | None = Scan.objects.claim(pk)
    if scan is None:
        return
    location = Path(scan.migration.location)
    commit = ""
    try:
        with scan.beating():
            source = Revision(location, "HEAD")
            commit = source.commit
            text = definition.read(location / definition.FILE_NAME)
            described = definition.parse(text, definition.FILE_NAME)
            inventory = scanning.scan(source, described.scope)
            if not inventory.workers:
                raise ScopeError(
                    f"{definition.FILE_NAME}: no file matches workers.include; name the workers' files"
                )
            excerpts = scanning.excerpts(source, inventory)
    except (definition.DefinitionError, ScanningError) as error:
        services.fail(scan, str(error), commit)
    else:
        services.store(scan, inventory, text, excerpts)


@shared_task(name="inventory.reconcile")
def reconcile() -> None:
    """Take up the scans whose message or process was lost."""
    Scan.objects.select_related("migration").take_up(services.fail)


@shared_task(name="inventory.follow")
def follow() -> None:
    """Scan the migrations whose HEAD has moved since they were scanned last."""
    for migration in Migration.objects.all():
        services.follow(migration)
