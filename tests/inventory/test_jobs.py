"""A row is claimed once, whatever the queue does, and what was dropped is taken up again."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from migration_tracker.inventory import services, tasks
from migration_tracker.inventory.models import Migration, Scan
from migration_tracker.jobs import MOST_ATTEMPTS, State

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def migration(sample: Path) -> Migration:
    return services.register(sample, by=None)


@pytest.fixture
def queued(migration: Migration) -> Scan:
    return services.request_scan(migration, by=None)


def age(scan: Scan, **moments: int) -> None:
    """Move moments of a row into the past, by seconds."""
    now = timezone.now()
    Scan.objects.filter(pk=scan.pk).update(
        **{name: now - timedelta(seconds=s) for name, s in moments.items()}
    )


def test_a_row_is_claimed_once(queued: Scan):
    assert Scan.objects.claim(queued.pk).attempt == 1
    assert Scan.objects.claim(queued.pk) is None


def test_a_message_delivered_twice_runs_once(queued: Scan):
    tasks.run_scan(queued.pk)
    tasks.run_scan(queued.pk)
    queued.refresh_from_db()
    assert (queued.state, queued.attempt, queued.error) == (State.DONE, 1, "")


def test_there_is_one_active_scan_a_migration(queued: Scan):
    with pytest.raises(IntegrityError), transaction.atomic():
        Scan.objects.create(migration=queued.migration)
    assert services.request_scan(queued.migration, by=None) == queued


def test_who_asks_at_the_same_moment_on_whatever_host_gets_the_same_scan_and_one_does_it(
    migration: Migration,
):
    start = Barrier(6)

    def ask_and_do(_: int) -> tuple[int, bool]:
        try:
            start.wait(30)
            scan = services.request_scan(Migration.objects.get(pk=migration.pk), by=None)
            start.wait(30)
            return scan.pk, Scan.objects.claim(scan.pk) is not None
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as threads:
        got = list(threads.map(ask_and_do, range(6)))
    assert len({pk for pk, _ in got}) == 1
    assert sum(claimed for _, claimed in got) == 1


def test_a_lost_message_is_sent_again(queued: Scan):
    tasks.reconcile()
    assert not Scan.objects.unheard(), "a fresh one is left alone"
    age(queued, enqueued_at=3600)
    assert Scan.objects.unheard() == [queued]
    tasks.reconcile()
    assert not Scan.objects.unheard()


def test_a_killed_job_is_taken_up_and_its_old_attempt_can_no_longer_write(queued: Scan):
    dead = Scan.objects.claim(queued.pk)
    age(queued, heartbeat_at=3600)
    tasks.reconcile()
    queued.refresh_from_db()
    assert queued.state == State.QUEUED
    alive = Scan.objects.claim(queued.pk)
    assert alive.attempt == 2
    assert dead.mine().update(error="from the grave") == 0
    assert alive.mine().update(error="") == 1


def test_a_job_with_a_heartbeat_is_left_alone(queued: Scan):
    Scan.objects.claim(queued.pk)
    tasks.reconcile()
    queued.refresh_from_db()
    assert queued.state == State.RUNNING


def test_a_job_that_is_lost_time_and_again_ends_with_a_reason(queued: Scan):
    for _ in range(MOST_ATTEMPTS):
        Scan.objects.claim(queued.pk)
        age(queued, heartbeat_at=3600)
        tasks.reconcile()
    queued.refresh_from_db()
    assert queued.state == State.DONE
    assert queued.error == f"The job was lost {MOST_ATTEMPTS} times; see the log of the job process."


def test_a_heartbeat_goes_on_while_the_work_does(queued: Scan, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("migration_tracker.jobs.BEAT_SECONDS", 0.05)
    scan = Scan.objects.claim(queued.pk)
    age(scan, heartbeat_at=3600)
    deadline = timezone.now() + timedelta(seconds=10)
    with scan.beating():
        while Scan.objects.lost().exists() and timezone.now() < deadline:
            pass
    assert not Scan.objects.lost().exists()
