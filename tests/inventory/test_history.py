"""The history of a migration as the tracker keeps it: after each scan, resumable, replaced as a whole."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

from migration_tracker.inventory import past, tasks
from migration_tracker.inventory.models import HistoryReading, Migration, Turn, Worker
from migration_tracker.jobs import State
from migration_tracker.scanning.history import Past
from tests.conftest import commit

pytestmark = pytest.mark.django_db


@pytest.fixture
def read(
    scanned: Callable[[], None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[[], HistoryReading]:
    """Scans the sample, then reads its history, the way the jobs do."""
    monkeypatch.setattr(settings, "DATA_DIR", tmp_path)

    def scan_and_read() -> HistoryReading:
        scanned()
        reading = HistoryReading.objects.active().get()
        tasks.read_history(reading.pk)
        reading.refresh_from_db()
        return reading

    return scan_and_read


def test_a_scan_asks_for_the_history_and_its_points_say_who_did_what(
    read: Callable[[], HistoryReading], sample: Path
):
    reading = read()
    assert (reading.state, reading.error, reading.commits) == (State.DONE, "", 1)
    [point] = Migration.objects.get().history_points.all()
    assert (point.migrated, point.direct, point.author, point.subject) == (
        1,
        1,
        "Ada",
        "As the plan found it",
    )
    assert {turn.status for turn in Turn.objects.all()} == {"migrated", "direct"}
    assert all(worker.changed_at == point.at for worker in Worker.objects.all())


def test_a_worker_that_is_removed_turns_to_nothing_and_the_points_are_replaced(
    read: Callable[[], HistoryReading], sample: Path
):
    read()
    worker = Worker.objects.get(observations__status="migrated")
    (sample / worker.observations.get().path).unlink()
    gone = commit(sample, "Remove it")
    assert read().commits == 2
    assert [turn.status for turn in worker.turns.all()] == ["migrated", ""]
    assert [point.migrated for point in Migration.objects.get().history_points.all()] == [1, 0]
    assert worker.turns.get(status="").commit == gone


def test_a_reading_is_asked_for_once_and_again_when_a_newer_scan_came_meanwhile(
    scanned: Callable[[], None], sample: Path
):
    scanned()
    first = HistoryReading.objects.get()
    past.request(first.migration)
    assert HistoryReading.objects.get() == first
    claimed = HistoryReading.objects.claim(first.pk)
    past.store(claimed, Past(), {}, commit="of an older scan", shallow=False)
    assert HistoryReading.objects.active().get() != first


def test_a_reading_that_was_given_up_as_lost_writes_nothing(read: Callable[[], HistoryReading]):
    reading = read()
    past.store(reading, Past(), {}, commit="", shallow=False)
    assert Migration.objects.get().history_points.count() == 1


def test_a_history_that_cannot_be_read_says_why(scanned: Callable[[], None], sample: Path):
    scanned()
    reading = HistoryReading.objects.get()
    (sample / ".git").rename(sample / "no-longer-git")
    tasks.read_history(reading.pk)
    reading.refresh_from_db()
    assert reading.state == State.DONE
    assert "git" in reading.error
