"""Reading patches."""

from migration_tracker.inventory.models import Worker
from migration_tracker.patches.models import Patch


def latest(worker: Worker) -> Patch | None:
    """The last patch that was asked for."""
    return worker.patches.select_related("requested_by").prefetch_related("steps").first()
