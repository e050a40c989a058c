"""Schedules: set by leads, due by their own rows, made up for once."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from time import monotonic, sleep

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from migration_tracker.accounts.models import User
from migration_tracker.audit import queries as audit
from migration_tracker.inventory.models import Worker
from migration_tracker.smoke import schedules, tasks
from migration_tracker.smoke.errors import NoSuchTime
from migration_tracker.smoke.models import Occasion, Schedule, SmokeRun
from tests.smoke.processes import database_url
from tests.smoke.test_runs import end

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.django_db


@pytest.fixture
def lea(person: Callable[..., User]) -> User:
    return person("lea", "lead")


@pytest.fixture
def nightly(worker: Worker) -> Schedule:
    """The schedule that a migration has from the start."""
    return Schedule.objects.get()


def as_if(schedule: Schedule, **ago: float) -> None:
    """As if it had been done last so long ago."""
    Schedule.objects.filter(pk=schedule.pk).update(last_at=timezone.now() - timedelta(**ago))


def test_a_migration_is_run_every_night_from_the_start(nightly: Schedule):
    assert (nightly.cron, nightly.words) == ("0 2 * * *", "At 02:00 AM UTC")
    assert (nightly.next_at.hour, nightly.next_at.minute) == (2, 0)
    assert timezone.now() < nightly.next_at <= timezone.now() + timedelta(days=1)
    assert (nightly.bell.task, json.loads(nightly.bell.args)) == ("smoke.scheduled", [nightly.pk])


def test_nights_that_were_missed_are_made_up_for_by_one(nightly: Schedule):
    as_if(nightly, days=9)
    tasks.scheduled(nightly.pk)
    tasks.scheduled(nightly.pk)
    tasks.reconcile()
    runs = SmokeRun.objects.all()
    assert [run.occasion for run in runs] == [Occasion.SCHEDULE] * 4
    nightly.refresh_from_db()
    assert (nightly.runs, nightly.due) == (4, False)


def test_a_bell_that_nobody_heard_is_made_up_for_without_it(nightly: Schedule):
    as_if(nightly, days=2)
    tasks.reconcile()
    assert SmokeRun.objects.active().count() == 4


def test_a_bell_that_rings_early_or_of_a_paused_schedule_asks_for_nothing(nightly: Schedule, lea: User):
    tasks.scheduled(nightly.pk)
    schedules.change(nightly, cron="* * * * *", zone="UTC", transports=["kafka"], enabled=False, by=lea)
    as_if(nightly, days=2)
    tasks.scheduled(nightly.pk)
    tasks.reconcile()
    assert not SmokeRun.objects.exists()
    assert not PeriodicTask.objects.get(pk=nightly.bell_id).enabled


def test_a_phase_and_a_worker_have_schedules_of_their_own(worker: Worker, lea: User):
    when = {"cron": "0 5 * * 1,5", "zone": "Europe/Berlin", "by": lea}
    one = schedules.add(worker.migration, worker=worker, transports=["kafka"], **when)
    other = schedules.add(worker.migration, phase="no such phase", transports=["kafka"], **when)
    assert one.words == "At 05:00 AM, only on Monday and Friday Europe/Berlin"
    for schedule in (one, other):
        as_if(schedule, days=8)
        tasks.scheduled(schedule.pk)
    assert [(run.worker, run.transport) for run in SmokeRun.objects.all()] == [(worker, "kafka")]
    assert audit.about(worker).filter(action="schedule.set").count() == 1


def test_what_failed_last_runs_first(nightly: Schedule):
    first, second = Worker.objects.order_by("name")
    end(first, "kafka", "passed")
    end(first, "eventhub", "passed")
    end(second, "kafka", "passed")
    end(second, "eventhub", "failed")
    as_if(nightly, days=2)
    tasks.scheduled(nightly.pk)
    asked = SmokeRun.objects.active().order_by("pk")
    assert [(run.worker, run.transport) for run in asked] == [
        (second, "eventhub"),
        (first, "kafka"),
        (first, "eventhub"),
        (second, "kafka"),
    ]


@pytest.mark.parametrize(
    ("cron", "zone", "said"),
    [
        ("every night", "UTC", "has not cron's five fields"),
        ("61 * * * *", "UTC", "is no time of cron's"),
        ("0 0 31 2 *", "UTC", "is no time of cron's"),
        ("0 2 * * *", "Mars/Olympus", "There is no time zone “Mars/Olympus”"),
        ("0 2 * * *", "../etc", "There is no time zone"),
    ],
)
def test_a_time_that_never_comes_is_refused(worker: Worker, lea: User, cron: str, zone: str, said: str):
    with pytest.raises(NoSuchTime, match=said):
        schedules.add(worker.migration, cron=cron, zone=zone, transports=["kafka"], by=lea)
    assert Schedule.objects.count() == 1


def test_a_lead_sets_changes_and_removes_schedules_on_their_page(
    worker: Worker, nightly: Schedule, client: Client, lea: User
):
    client.force_login(lea)
    address = f"/m/{worker.migration.key}/schedules"
    assert address in client.get(worker.migration.get_absolute_url()).text
    new = {
        "meant": f"worker:{worker.name}",
        "cron": "30 5 * * *",
        "zone": "Europe/Berlin",
        "transport": "kafka",
    }
    assert client.post(address, new | {"cron": "soon"}).status_code == 422
    assert client.post(address, new).status_code == 302
    page = client.get(address).text
    assert "At 05:30 AM Europe/Berlin" in page
    assert "At 02:00 AM UTC" in page
    changed = {"cron": "0 3 * * *", "zone": "UTC", "transport": "both"}
    client.post(f"/schedules/{nightly.pk}/", changed)
    nightly.refresh_from_db()
    assert (nightly.cron, nightly.enabled, nightly.set_by) == ("0 3 * * *", False, lea)
    assert "paused" in client.get(address).text
    client.post(f"/schedules/{nightly.pk}/", changed | {"cron": "?"})
    assert "Nothing was changed." in client.get(address).text
    client.post(f"/schedules/{nightly.pk}/remove")
    assert [one.worker for one in Schedule.objects.all()] == [worker]
    assert PeriodicTask.objects.filter(task="smoke.scheduled").count() == 1
    actions = audit.of_chain(worker.migration.chain).filter(actor_name="lea").values_list("action", flat=True)
    assert list(actions) == ["schedule.removed", "schedule.set", "schedule.set"]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_beat_rings_when_the_row_says_so(nightly: Schedule, lea: User):
    schedules.change(nightly, cron="* * * * *", zone="UTC", transports=["kafka"], enabled=True, by=lea)
    PeriodicTask.objects.filter(pk=nightly.bell_id).update(last_run_at=timezone.now() - timedelta(hours=1))
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "celery",
            "--app",
            "migration_tracker.celery",
            "--quiet",
            "beat",
            "--pidfile=",
        ],
        cwd=ROOT,
        env=os.environ
        | {
            "DJANGO_SETTINGS_MODULE": "migration_tracker.settings",
            "DATABASE_URL": database_url(),
            "CELERY_BROKER_URL": "filesystem://localhost",  # where the test can look, on every stack
            "TRACKER_DATA_DIR": str(settings.DATA_DIR),
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    messages = settings.DATA_DIR / "queue" / "messages"
    try:
        deadline = monotonic() + 150
        while not any('"smoke.scheduled"' in file.read_text() for file in messages.glob("*.msg")):
            assert monotonic() < deadline, "beat did not ring"
            sleep(0.2)
    finally:
        process.kill()
        process.wait()
