"""Scans as jobs. The row is the truth: a message lost or doubled, a process killed, changes nothing."""

from pathlib import Path

from celery import shared_task
from django.conf import settings

from migration_tracker import definition, scanning
from migration_tracker.inventory import past, queries, repositories, services, webhooks
from migration_tracker.inventory.errors import CannotFetch
from migration_tracker.inventory.models import HistoryReading, Migration, Scan
from migration_tracker.jobs import State
from migration_tracker.linting.allowances import allowances
from migration_tracker.scanning import ScanningError, ScopeError, codeowners, git, history
from migration_tracker.scanning.cache_file import FileCache
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
            repositories.bring_up_to_date(scan.migration)
            source = Revision(location, "HEAD")
            commit = source.commit
            text = repositories.definition_text(source, fetched=bool(scan.migration.remote))
            described = definition.parse(text, definition.FILE_NAME)
            inventory = scanning.scan(source, described.scope)
            if not inventory.workers:
                raise ScopeError(
                    f"{definition.FILE_NAME}: no file matches workers.include; name the workers' files"
                )
            excerpts = scanning.excerpts(source, inventory)
            owners = codeowners.read(location, commit)
            allowed = allowances(source, described)
    except (definition.DefinitionError, ScanningError, CannotFetch) as error:
        services.fail(scan, str(error), commit)
    else:
        services.store(scan, inventory, text, excerpts, owners, allowed)


@shared_task(name="inventory.history")
def read_history(pk: int) -> None:
    """Read how far one migration was at each commit. Safe to deliver twice.

    What it reads of a tree goes into a cache as it comes, so that a reading that was killed goes on where it
    was, and one after a new commit reads that commit only.
    """
    reading: HistoryReading | None = HistoryReading.objects.claim(pk)
    if reading is None:
        return
    folder = Path(reading.migration.location)
    scan = queries.latest_scan(reading.migration)
    if scan is None:
        past.fail(reading, "There is no scan whose definition could judge the history.")
        return
    try:
        with reading.beating(), FileCache(Path(settings.DATA_DIR) / "history.sqlite3") as cache:
            told = history.past(folder, scan.commit, scan.definition.scope, cache)
            changed = {
                pk: git.last_change(folder, path) for path, pk in past.paths(reading.migration).items()
            }
            shallow = history.is_shallow(folder)
    except (definition.DefinitionError, ScanningError) as error:
        past.fail(reading, str(error))
        return
    past.store(reading, told, changed, commit=scan.commit, shallow=shallow)


@shared_task(name="inventory.reconcile")
def reconcile() -> None:
    """Take up the scans and the readings of a history whose message or process was lost."""
    Scan.objects.select_related("migration").take_up(services.fail)
    HistoryReading.objects.select_related("migration").take_up(past.fail)


@shared_task(name="inventory.follow")
def follow() -> None:
    """Scan the migrations whose HEAD has moved since they were scanned last."""
    for migration in Migration.objects.filter(remote="", closed_at=None):
        services.follow(migration)


@shared_task(name="inventory.poll")
def poll() -> None:
    """Look at every repository elsewhere; each in a job of its own, since a host may take its time."""
    webhooks.forget_old()
    for pk in Migration.objects.filter(closed_at=None).exclude(remote="").values_list("pk", flat=True):
        poll_one.delay(pk)


@shared_task(name="inventory.poll_one")
def poll_one(pk: int) -> None:
    """Fetch one repository, and scan it if its HEAD has moved. What cannot be fetched is told by a scan."""
    migration = Migration.objects.get(pk=pk)
    try:
        repositories.bring_up_to_date(migration)
    except CannotFetch as error:
        last = migration.scans.filter(state=State.DONE).first()
        if last is None or last.error != str(error):
            services.request_scan(migration, by=None)
        return
    services.follow(migration)
