"""What the schedule does to checklists."""

from celery import shared_task

from migration_tracker.checklists import waiving


@shared_task(name="checklists.lapse")
def lapse() -> None:
    """Note the waivers whose time is over. Safe to deliver twice: a waiver lapses once."""
    waiving.lapse_due()
