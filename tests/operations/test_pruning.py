"""What has expired goes, what is still of use stays."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from django_celery_results.models import TaskResult

from migration_tracker.audit.models import Entry
from migration_tracker.checkouts import checkout
from migration_tracker.inventory.models import Scan
from migration_tracker.operations.pruning import prune


@pytest.mark.django_db
def test_expired_sign_ins_old_results_and_abandoned_checkouts_go_and_nothing_else(
    scanned, settings, tmp_path
):
    settings.CHECKOUTS = tmp_path / "checkouts"
    settings.CHECKOUTS.mkdir()
    scanned()
    kept = Scan.objects.count(), Entry.objects.count()
    now = timezone.now()
    for name, ends in (("past", now - timedelta(minutes=1)), ("valid", now + timedelta(days=1))):
        Session.objects.create(session_key=name, session_data="x", expire_date=ends)
    for name, days in (("old", 8), ("new", 6)):
        TaskResult.objects.create(task_id=name)
        TaskResult.objects.filter(task_id=name).update(date_done=now - timedelta(days=days))
    (settings.CHECKOUTS / "abandoned").mkdir()

    with checkout("held-") as held:
        removed = prune()
        assert held.is_dir()

    assert removed == {"sign-ins": 1, "results of jobs": 1, "checkouts": 1}
    assert list(Session.objects.values_list("session_key", flat=True)) == ["valid"]
    assert list(TaskResult.objects.values_list("task_id", flat=True)) == ["new"]
    assert list(settings.CHECKOUTS.iterdir()) == []
    assert (Scan.objects.count(), Entry.objects.count()) == kept


def test_the_clock_does_it_every_night(settings):
    assert "operations.prune" in {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
