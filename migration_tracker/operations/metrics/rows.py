"""What the database says of jobs, scans, smoke runs and workers, read each time Prometheus asks."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import DatabaseError
from django.db.models import Count, Sum
from django.utils import timezone
from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, SummaryMetricFamily

from migration_tracker import __version__
from migration_tracker.dashboard.board import Board, board
from migration_tracker.inventory.models import Migration
from migration_tracker.inventory.queries import failed_scan
from migration_tracker.jobs import State
from migration_tracker.operations.work import amounts, kinds
from migration_tracker.smoke.models import SmokeRun

STATUSES = ("migrated", "partial", "direct", "none", "unknown", "removed")


class Rows:
    """A collector for prometheus_client. While the database is away it says just that."""

    def collect(self) -> Iterator[Metric]:
        version = GaugeMetricFamily("tracker_version", "Always 1.", labels=["version"])
        version.add_metric([__version__], 1)
        yield version
        up = GaugeMetricFamily("tracker_database_up", "Whether the database answered.")
        try:
            told = [*_jobs(), *_smoke_runs(), *_migrations()]
        except DatabaseError:
            up.add_metric([], 0)
            yield up
            return
        up.add_metric([], 1)
        yield up
        yield from told


def _jobs() -> Iterator[Metric]:
    labels = ["task", "queue", "state"]
    count = GaugeMetricFamily("tracker_jobs", "Jobs that are queued or running.", labels=labels)
    oldest = GaugeMetricFamily(
        "tracker_jobs_oldest_seconds",
        "For how long the oldest job has been queued or running.",
        labels=labels,
    )
    for kind in kinds():
        for amount in amounts(kind):
            values = [kind.task, kind.queue, amount.state.value]
            count.add_metric(values, amount.count)
            oldest.add_metric(values, amount.oldest_seconds)
    yield count
    yield oldest


def _smoke_runs() -> Iterator[Metric]:
    labels = ["migration", "transport", "result"]
    ended = CounterMetricFamily("tracker_smoke_runs", "Smoke runs that have ended.", labels=labels)
    took = SummaryMetricFamily("tracker_smoke_run_seconds", "How long they took.", labels=labels)
    done = SmokeRun.objects.filter(state=State.DONE).order_by()
    for row in done.values("worker__migration__key", "transport", "result").annotate(
        count=Count("pk"), seconds=Sum("seconds")
    ):
        values = [row["worker__migration__key"], row["transport"], row["result"]]
        ended.add_metric(values, row["count"])
        took.add_metric(values, count_value=row["count"], sum_value=row["seconds"] or 0.0)
    yield ended
    yield took


def _migrations() -> Iterator[Metric]:
    boards = [board(migration) for migration in Migration.objects.all()]
    yield _gauge(
        "tracker_workers_proven",
        "Workers that are proven.",
        {one.migration.key: one.progress.proven for one in boards},
    )
    workers = GaugeMetricFamily(
        "tracker_workers", "Workers by what the code says of them.", labels=["migration", "status"]
    )
    for one in boards:
        for status in STATUSES:
            workers.add_metric([one.migration.key, status], getattr(one.progress, status))
    yield workers
    yield _gauge(
        "tracker_disagreements",
        "Where the witnesses disagree.",
        {one.migration.key: sum(line.disputes for line in one.lines) for one in boards},
    )
    yield _gauge(
        "tracker_smoke_flaky",
        "Workers and transports whose runs differ in their result at one fingerprint.",
        {
            one.migration.key: sum(line.kafka_flaky + line.eventhub_flaky for line in one.lines)
            for one in boards
        },
    )
    yield from _scans(boards)


def _scans(boards: list[Board]) -> Iterator[Metric]:
    scanned = {one.migration.key: one.scan for one in boards if one.scan}
    yield _gauge(
        "tracker_scan_seconds",
        "How long the latest scan took.",
        {key: scan.seconds or 0.0 for key, scan in scanned.items()},
    )
    now = timezone.now()
    yield _gauge(
        "tracker_scan_age_seconds",
        "How long ago the latest scan ended.",
        {key: (now - scan.finished_at).total_seconds() for key, scan in scanned.items() if scan.finished_at},
    )
    yield _gauge(
        "tracker_scan_unreadable_files",
        "Files that the latest scan could not read.",
        {key: len(scan.unreadable) for key, scan in scanned.items()},
    )
    yield _gauge(
        "tracker_scan_failed",
        "1 when a scan later than the latest good one has failed.",
        {one.migration.key: int(failed_scan(one.migration) is not None) for one in boards},
    )


def _gauge(name: str, text: str, values: dict[str, float] | dict[str, int]) -> Metric:
    """A gauge with one value for each migration."""
    gauge = GaugeMetricFamily(name, text, labels=["migration"])
    for key, value in values.items():
        gauge.add_metric([key], value)
    return gauge
