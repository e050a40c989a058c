"""The burn-down, its forecast, what slipped back and what is stuck."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from migration_tracker.dashboard.board import board
from migration_tracker.dashboard.burndown import MOST_STEPS, burn_down
from migration_tracker.dashboard.forecast import WEEK, forecast
from migration_tracker.dashboard.lines import Detail
from migration_tracker.dashboard.movement import slipped as slipped_lines
from migration_tracker.dashboard.movement import stuck
from migration_tracker.dashboard.standings import refresh
from migration_tracker.inventory.models import HistoryPoint, HistoryReading, Migration, Turn, Worker
from migration_tracker.inventory.tasks import read_history
from tests.dashboard.test_pages import migration, reader, worker_with
from tests.smoke.test_runs import end

__all__ = ["migration", "reader"]

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def past_of(*left: int) -> list[tuple[datetime, int]]:
    """One number a week, the last a day ago."""
    return [(NOW - timedelta(days=1) - WEEK * (len(left) - 1 - k), number) for k, number in enumerate(left)]


def shown(reader: Client, migration: Migration, status: str) -> set[str]:
    """Which of the two workers the matrix shows when it is filtered by a status."""
    page = reader.get(f"{migration.get_absolute_url()}?status={status}").text
    rows = page[page.index("<tbody", page.index('id="matrix"')) :]
    return {each for each in ("direct", "migrated") if worker_with(each).get_absolute_url() in rows}


class TestTheForecast:
    def test_a_steady_pace_gives_one_date(self):
        told = forecast(past_of(10, 9, 8, 7, 6, 5, 4), NOW)
        assert set(told.weeks) == {1}
        assert told.likely == told.sure == (NOW + 4 * WEEK).date()

    def test_an_unsteady_pace_gives_a_range(self):
        told = forecast(past_of(20, 20, 14, 14, 13, 13, 13, 10), NOW)
        assert told.likely is not None
        assert told.sure is not None
        assert NOW.date() < told.likely < told.sure

    def test_the_same_past_gives_the_same_answer(self):
        line = past_of(20, 20, 14, 14, 13, 13, 13, 10)
        assert forecast(line, NOW) == forecast(line, NOW)

    def test_too_short_a_past_gives_none(self):
        told = forecast(past_of(10, 8, 6), NOW)
        assert told.too_little
        assert told.likely is None

    def test_a_past_that_went_nowhere_or_backwards_has_no_end(self):
        for line in (past_of(5, 5, 5, 5, 5, 5), past_of(5, 4, 5, 6, 6, 7)):
            told = forecast(line, NOW)
            assert not told.too_little
            assert told.likely is told.sure is None

    def test_what_is_done_needs_none(self):
        assert forecast(past_of(3, 2, 2, 1, 1, 0), NOW).done


@pytest.mark.django_db
class TestThePage:
    @pytest.fixture
    def points(self, migration: Migration) -> list[HistoryPoint]:
        """Eight weeks in which nine workers became two, one step a week."""
        return HistoryPoint.objects.bulk_create(
            HistoryPoint(
                migration=migration,
                position=week,
                commit=f"{week:040}",
                at=timezone.now() - WEEK * (8 - week),
                author="Grace",
                subject=f"Week {week}",
                migrated=week,
                direct=9 - week,
                partial=0,
                none=0,
                unknown=0,
            )
            for week in range(8)
        )

    def test_it_draws_the_steps_and_tells_the_commits_behind_them(
        self, points: list[HistoryPoint], reader: Client, migration: Migration
    ):
        page = reader.get(migration.get_absolute_url()).text
        assert 'class="bar-migrated" d="M0 100H0.0V0.00' in page
        assert "Week 7" in page
        assert "Grace" in page
        assert "2 left; likely done by" in page
        told = burn_down(migration)
        assert [count.change for count in told.steps[0].counts if count.change] == [1, -1]

    def test_a_long_history_stays_light(
        self, points: list[HistoryPoint], migration: Migration, reader: Client
    ):
        point = points[-1]
        for position in range(8, 2000):
            point.pk, point.position = None, position
            point.migrated = position % 7
            point._state.adding = True
            points.append(HistoryPoint(**{f.attname: getattr(point, f.attname) for f in point._meta.fields}))
        HistoryPoint.objects.bulk_create(points[8:])
        told = burn_down(migration)
        assert len(told.steps) == MOST_STEPS
        assert sum(len(area.path) for area in told.areas) < 25_000
        assert len(reader.get(migration.get_absolute_url()).content) < 150_000

    def test_before_it_is_read_the_page_says_what_will_come(self, reader: Client, migration: Migration):
        assert "The history is being read" in reader.get(migration.get_absolute_url()).text

    @pytest.fixture
    def slipped(self, migration: Migration) -> Worker:
        """The direct worker, as if it had been migrated once."""
        worker = worker_with("direct")
        for position, status in enumerate(("direct", "migrated", "partial", "direct")):
            Turn.objects.create(
                worker=worker,
                position=position,
                commit=f"{position:040}",
                at=timezone.now(),
                author="Grace",
                subject=f"Make it {status}",
                status=status,
            )
        return worker

    def test_a_worker_that_went_back_is_told_with_its_commit(
        self, points: list[HistoryPoint], slipped: Worker, migration: Migration, reader: Client
    ):
        refresh(migration)
        [line] = slipped_lines(board(migration).lines)
        assert line.worker == slipped.pk
        assert Detail(line, migration.key).slip["subject"] == "Make it partial"
        assert "Make it partial" in reader.get(migration.get_absolute_url()).text
        assert shown(reader, migration, "slipped") == {"direct"}

    def test_a_workers_page_tells_its_own_line_and_shows_its_runs(self, slipped: Worker, reader: Client):
        end(slipped, "kafka", "passed")
        end(slipped, "kafka", "failed", "it died")
        page = reader.get(slipped.get_absolute_url()).text
        told = page[page.index('id="history"') : page.index('id="trail"')]
        said = ["Make it direct", "Make it partial", "Make it migrated", "Make it direct"]
        at = 0
        for sentence in said:  # the latest first
            at = told.index(sentence, at) + 1
        strip = page[page.index('class="strip"') :]
        assert strip.index("#i-passed") < strip.index("#i-failed") < strip.index("</p>")

    def test_a_worker_left_alone_for_long_is_stuck_and_a_fresh_one_is_not(
        self, migration: Migration, sample: Path, reader: Client
    ):
        read_history(HistoryReading.objects.get().pk)
        assert stuck(board(migration).lines) == []
        Worker.objects.update(changed_at=timezone.now() - timedelta(days=30))
        refresh(migration)
        [one] = stuck(board(migration).lines)
        assert one.line.worker == worker_with("direct").pk, "a migrated one has nowhere to move"
        assert "untouched since" in reader.get(migration.get_absolute_url()).text
        assert shown(reader, migration, "stuck") == {"direct"}

    def test_the_number_of_queries_does_not_grow(
        self,
        points: list[HistoryPoint],
        slipped: Worker,
        migration: Migration,
        django_assert_num_queries: Callable[..., object],
    ):
        lines = board(migration).lines
        with django_assert_num_queries(3):
            burn_down(migration)
            slipped_lines(lines)
            stuck(lines)
