"""What the clock does for whoever runs the tracker."""

from celery import shared_task

from migration_tracker.operations.pruning import prune


@shared_task(name="operations.prune")
def prune_what_expired() -> dict[str, int]:
    """Remove what has expired; safe to deliver twice."""
    return prune()
