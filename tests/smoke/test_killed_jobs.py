"""A job process killed in the middle of its runs loses none of them."""

from collections.abc import Callable

import pytest
from django.conf import settings

from migration_tracker.audit import queries as audit
from migration_tracker.inventory.models import Worker
from migration_tracker.jobs import State
from migration_tracker.smoke import services, tasks
from migration_tracker.smoke.models import SmokeRun
from tests.smoke.processes import job_process, wait_until

pytestmark = [pytest.mark.broker, pytest.mark.django_db(transaction=True, serialized_rollback=True)]


def test_every_run_ends_once_though_the_job_process_was_killed(
    scanned: Callable[[], None], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(settings, "JOB_LOST_AFTER_SECONDS", 3)
    monkeypatch.setattr(settings, "JOB_TAKEN_UP_WITHIN_SECONDS", 3)
    scanned()
    with job_process("smoke"):
        for worker in Worker.objects.all():
            services.request(worker, ["kafka"], by=None)
        wait_until(lambda: SmokeRun.objects.filter(state=State.RUNNING).count() == 2)
    assert SmokeRun.objects.active().count() == 2, "they were killed before they could end"
    with job_process("smoke"):
        wait_until(lambda: not SmokeRun.objects.active().exists(), meanwhile=tasks.reconcile)
    for run in SmokeRun.objects.all():
        assert (run.result, run.attempt) == ("passed", 2), run.reason
        endings = audit.about(run.worker).filter(action="smoke.finished")
        assert endings.count() == 1
