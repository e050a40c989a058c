"""Old logs are removed by policy, SMOKE_LOGS_KEPT_DAYS; what runs said and how they ended is kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from migration_tracker.jobs import State
from migration_tracker.smoke.models import Attempt, SmokeRun

AT_ONCE = 500  # rows a transaction, so that nobody waits long for the database


def kept_since() -> datetime:
    """Logs of what ended before are removed."""
    return timezone.now() - timedelta(days=settings.SMOKE_LOGS_KEPT_DAYS)


def prune() -> int:
    """Remove the logs whose time is over; how many there were."""
    runs = SmokeRun.objects.filter(state=State.DONE, finished_at__lt=kept_since())
    attempts = Attempt.objects.filter(ended_at__lt=kept_since())
    return _empty(runs) + _empty(attempts)


def _empty(rows: QuerySet[Any]) -> int:
    rows = rows.exclude(log="").order_by("pk")
    emptied = 0
    while pks := list(rows.values_list("pk", flat=True)[:AT_ONCE]):
        emptied += rows.model._default_manager.filter(pk__in=pks).update(log="")
    return emptied
