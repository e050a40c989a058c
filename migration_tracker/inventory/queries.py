"""Reading the inventory."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from migration_tracker.accounts.models import User
from migration_tracker.accounts.roles import READ
from migration_tracker.inventory.models import Migration, Observation, Scan, Turn, Worker
from migration_tracker.jobs import State


def readable(user: User) -> QuerySet[Migration]:
    """The migrations that somebody may see."""
    known = Migration.objects.all()
    return known if user.may(READ) else known.filter(key__in=user.own_roles)


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
    found = scan.observations.filter(worker=worker).first()
    if found:
        found.worker = worker  # as they are at hand, with what is known of them; the scan is set by the query
    return found


def vanished(scan: Scan, left_out: Iterable[str] = ()) -> QuerySet[Observation]:
    """What was last said of the workers that a scan does not see any more.

    One whose file was renamed is not among them: it goes on under its new name. Nor are those that are
    `left_out` by name: a lead agreed that they are not part of the migration.
    """
    last = Observation.objects.filter(worker=OuterRef("pk"), scan__lte=scan.pk).order_by("-pk")
    renamed = Turn.objects.filter(
        worker__migration=OuterRef("migration"), path=OuterRef("last_path")
    ).exclude(worker=OuterRef("pk"))
    gone = (
        scan.migration.workers.exclude(pk__in=scan.observations.values("worker"))
        .exclude(name__in=list(left_out))
        .annotate(last=Subquery(last.values("pk")[:1]), last_path=Subquery(last.values("path")[:1]))
        .exclude(Exists(renamed))
    )
    return Observation.objects.filter(pk__in=gone.order_by().values("last")).select_related(
        "worker__migration"
    )
