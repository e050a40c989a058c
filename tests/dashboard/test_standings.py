"""What boards are read from is what the witnesses would say if all were heard again."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import transaction

from migration_tracker.accounts.models import User
from migration_tracker.checklists import services as checklists
from migration_tracker.checklists import waiving
from migration_tracker.checklists.models import Waiver, today
from migration_tracker.dashboard import hearing, standings
from migration_tracker.dashboard.board import board
from migration_tracker.dashboard.lines import Line, line_of
from migration_tracker.dashboard.models import Standing, Summary
from migration_tracker.dashboard.rows import rows
from migration_tracker.inventory import queries as inventory
from migration_tracker.inventory.assigning import assign
from migration_tracker.inventory.models import HistoryReading, Migration
from migration_tracker.inventory.tasks import read_history
from migration_tracker.smoke import services as smoke
from tests.conftest import commit
from tests.dashboard.test_pages import migration, worker_with
from tests.smoke.test_runs import end

__all__ = ["migration"]

pytestmark = pytest.mark.django_db


def told_and_heard(migration: Migration) -> tuple[list[Line], list[Line]]:
    scan = inventory.latest_scan(migration)
    assert scan is not None
    return standings.kept(migration), sorted(standings.heard(scan), key=lambda line: line.name)


def test_each_change_writes_the_standing_again(
    migration: Migration, sample: Path, scanned: Callable[[], None], ada: User, person: Callable[..., User]
):
    lea = person("lea", "lead")
    direct, migrated = worker_with("direct"), worker_with("migrated")
    before: list[Line] = []

    def changed(what: str) -> None:
        nonlocal before
        told, heard = told_and_heard(migration)
        assert told == heard, what
        assert list(board(migration).lines) == heard, f"an older board is shown after {what}"
        for one in (direct, migrated):
            page, now = hearing.worker(one), inventory.current(one)
            assert (page is None) == (now is None), what
            if page and now:
                [row] = rows(now.scan, [now])
                assert line_of(page.row, None) == line_of(row, None), f"an older page is shown after {what}"
        assert told != before, f"nothing to see of {what}"
        before = told

    changed("the scan")
    checklists.tick(direct, "consume-loop", by=ada, ticked=True)
    changed("a tick")
    run, _ = smoke.request(migrated, ["kafka", "eventhub"], by=ada)
    changed("asking for runs")
    smoke.cancel(run, by=ada)
    changed("cancelling one")
    end(migrated, "eventhub", "failed", "it died")
    changed("a failed run")
    asked = waiving.ask(direct, "awaited", by=ada, reason="later", until=today())
    waiving.decide(asked, by=lea, approved=True)
    changed("a waiver")
    waiving.withdraw(asked, by=ada)
    changed("its withdrawal")
    assign(direct, by=ada, owner="grace", due=date(2020, 1, 1), issue="")
    changed("an owner")
    read_history(HistoryReading.objects.get().pk)
    changed("the history")
    (sample / migrated.observations.get().path).unlink()
    commit(sample)
    scanned()
    changed("a worker that vanished")


def test_a_worker_renamed_has_one_standing(migration: Migration, sample: Path, scanned: Callable[[], None]):
    file = sample / worker_with("migrated").observations.get().path
    file.rename(file.with_name("renamed_worker.py"))
    commit(sample)
    scanned()
    read_history(HistoryReading.objects.active().get().pk)
    told, heard = told_and_heard(migration)
    assert told == heard
    assert len(told) == 2


def test_a_waiver_ends_with_its_day_though_no_job_has_noted_it(
    migration: Migration, ada: User, person: Callable[..., User]
):
    direct = worker_with("direct")
    asked = waiving.ask(direct, "awaited", by=ada, reason="later", until=today())
    waiving.decide(asked, by=person("lea", "lead"), approved=True)
    over = today() - timedelta(days=1)
    Waiver.objects.update(until=over)
    Standing.objects.filter(worker=direct).update(waived_until=over)
    Summary.objects.update(heard=uuid4())
    [line] = [line for line in board(migration).lines if line.worker == direct.pk]
    assert line.waived_until is None


def test_an_installation_that_kept_none_has_them_written_when_a_board_is_read(migration: Migration):
    before = board(migration).lines
    Standing.objects.all().delete()
    Summary.objects.all().delete()
    assert board(migration).lines == before


def test_standings_that_nobody_has_written_since_are_read_once(
    migration: Migration, django_assert_num_queries: Callable[..., AbstractContextManager[object]]
):
    scan = inventory.latest_scan(migration)
    assert scan is not None
    mark = standings.summary(migration, scan).heard
    lines = standings.roll(migration, scan, mark).lines
    with django_assert_num_queries(0):
        assert standings.roll(migration, scan, mark).lines is lines


def test_a_change_that_was_undone_leaves_nothing_on_the_board(migration: Migration, ada: User):
    direct = worker_with("direct")
    before = board(migration).lines
    with transaction.atomic():
        assign(direct, by=ada, owner="grace", due=None, issue="")
        assert board(migration).lines != before
        transaction.set_rollback(True)
    assert board(migration).lines == before
