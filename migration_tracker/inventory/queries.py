"""Reading the inventory."""

from migration_tracker.inventory.models import Migration, Observation, Scan, Worker
from migration_tracker.jobs import State


def latest_scan(migration: Migration) -> Scan | None:
    """The last scan that could read the repository."""
    return migration.scans.filter(state=State.DONE, error="").first()


def failed_scan(migration: Migration) -> Scan | None:
    """The last scan, if it failed: what is shown is then older than what was asked for."""
    last = migration.scans.filter(state=State.DONE).first()
    return last if last and last.error else None


def pending_scan(migration: Migration) -> Scan | None:
    """The scan that is queued or running."""
    return migration.scans.active().first()


def current(worker: Worker) -> Observation | None:
    """What the latest scan said of a worker; None when the worker is not in it."""
    scan = latest_scan(worker.migration)
    if scan is None:
        return None
    return (
        scan.observations.filter(worker=worker).select_related("scan__migration", "worker__migration").first()
    )
