"""Each kind of work has a queue and processes of its own, so that none waits for another."""

from collections.abc import Callable

import pytest
from django.conf import settings

from migration_tracker.inventory import services as inventory
from migration_tracker.inventory.models import Migration, Scan
from migration_tracker.jobs import State
from migration_tracker.operations.work import kinds
from migration_tracker.smoke import services
from migration_tracker.smoke.models import SmokeRun, Transport
from migration_tracker.supervisor.program import QUEUES
from tests.smoke.processes import job_process, wait_until


def test_what_takes_long_is_kept_from_what_is_quick():
    queues = {kind.task: kind.queue for kind in kinds()}
    assert queues["inventory.scan"] == queues["inventory.history"] == "scans"
    assert queues["smoke.run"] == queues["patches.prove"] == queues["patches.push"] == "smoke"


def test_every_queue_that_tasks_are_sent_to_is_worked_on():
    routed = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()}
    assert set(QUEUES) == routed | {settings.CELERY_TASK_DEFAULT_QUEUE}


@pytest.mark.broker
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_matrix_of_smoke_runs_does_not_delay_a_scan(scanned: Callable[[], None]):
    scanned()
    migration = Migration.objects.get()
    with job_process("smoke"), job_process("scans"):
        runs = services.request_all(migration, Transport.values, by=None)
        wait_until(lambda: SmokeRun.objects.filter(state=State.RUNNING).count() == 2)
        scan = inventory.request_scan(migration, by=None)
        wait_until(lambda: Scan.objects.get(pk=scan.pk).state == State.DONE)
        assert SmokeRun.objects.filter(pk__in=[run.pk for run in runs]).active().exists()
    assert not Scan.objects.get(pk=scan.pk).error
