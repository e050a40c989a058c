"""What is kept for how long. Scans, smoke runs, ticks and the audit trail are never removed."""

from __future__ import annotations

from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone
from django_celery_results.models import TaskResult

from migration_tracker.checkouts import clear, left_behind


def prune() -> dict[str, int]:
    """Remove what has expired; how much of each was removed.

    Sign-ins go when they expire, Celery's results after JOB_RESULTS_KEPT_DAYS, since nothing asks them for
    the truth, checkouts when no job holds them any more.
    """
    sessions, _ = Session.objects.filter(expire_date__lt=timezone.now()).delete()
    kept_from = timezone.now() - settings.CELERY_RESULT_EXPIRES
    results, _ = TaskResult.objects.filter(date_done__lt=kept_from).delete()
    folders = len(left_behind())
    clear()
    return {"sign-ins": sessions, "results of jobs": results, "checkouts": folders}
