"""Old logs go, results stay."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from migration_tracker.accounts.models import User
from migration_tracker.inventory.models import Worker
from migration_tracker.smoke import pruning, tasks
from migration_tracker.smoke.models import Attempt, SmokeRun
from tests.smoke.test_runs import cell, end

pytestmark = pytest.mark.django_db


def test_logs_whose_time_is_over_are_removed_and_what_runs_said_is_kept(
    worker: Worker, client: Client, ada: User, monkeypatch: pytest.MonkeyPatch, settings
):
    monkeypatch.setattr(pruning, "AT_ONCE", 2)
    settings.SMOKE_LOGS_KEPT_DAYS = 10
    old = [end(worker, "kafka", "passed") for _ in range(3)]
    young = end(worker, "eventhub", "failed", "it died")
    long_ago = timezone.now() - timedelta(days=11)
    SmokeRun.objects.filter(pk__in=[run.pk for run in old]).update(finished_at=long_ago)
    attempt = Attempt.objects.create(run=old[0], number=1, reason="away", log="a log", ended_at=long_ago)
    tasks.prune()
    assert [run.log for run in SmokeRun.objects.order_by("pk")] == ["", "", "", "a log"]
    attempt.refresh_from_db()
    assert (attempt.log, attempt.reason) == ("", "away")
    assert cell(worker, "kafka").proves
    assert len(old[-1].present_stages) == 4
    client.force_login(ada)
    assert "It was removed" in client.get(old[-1].get_absolute_url()).text
    assert "a log" in client.get(young.get_absolute_url()).text
    assert pruning.prune() == 0
