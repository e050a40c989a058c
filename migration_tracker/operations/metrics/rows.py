"""What the database says of jobs, scans, smoke runs and workers, read each time Prometheus asks.

In as many queries for fifty migrations as for one; how many smoke runs ended is counted once a minute only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.core.cache import cache
from django.db import DatabaseError
from django.db.models import Count, Q, Sum
from django.utils import timezone
from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, SummaryMetricFamily

from migration_tracker import __version__
from migration_tracker.dashboard.models import Standing
from migration_tracker.dashboard.overview import Card, overview
from migration_tracker.dashboard.progress import Progress
from migration_tracker.inventory.models import Migration, Scan
from migration_tracker.jobs import State
from migration_tracker.operations.work import amounts, kinds
from migration_tracker.smoke.models import SmokeRun

RUNS_KEPT_SECONDS = 60  # every run that ever ended is counted, and there may be a hundred thousand
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
    counted = cache.get_or_set("metrics-smoke-runs", _ended_runs, RUNS_KEPT_SECONDS) or []
    for *values, count, seconds in counted:
        ended.add_metric(values, count)
        took.add_metric(values, count_value=count, sum_value=seconds or 0.0)
    yield ended
    yield took


def _ended_runs() -> list[tuple[str, str, str, int, float | None]]:
    grouped = SmokeRun.objects.filter(state=State.DONE).order_by()
    of_each = grouped.values_list("worker__migration__key", "transport", "result")
    return [*of_each.annotate(Count("pk"), Sum("seconds"))]


def _migrations() -> Iterator[Metric]:
    cards = overview(Migration.objects.all()).cards
    progress = {card.migration.key: card.progress or Progress.of([]) for card in cards}
    yield _gauge(
        "tracker_workers_proven",
        "Workers that are proven.",
        {key: one.proven for key, one in progress.items()},
    )
    workers = GaugeMetricFamily(
        "tracker_workers", "Workers by what the code says of them.", labels=["migration", "status"]
    )
    for key, one in progress.items():
        for status in STATUSES:
            workers.add_metric([key, status], getattr(one, status))
    yield workers
    disputes, flaky = dict.fromkeys(progress, 0), dict.fromkeys(progress, 0)
    for key, disputed, kafka, eventhub in Standing.objects.values_list("migration__key").annotate(
        disputed=Sum("disputes"),
        kafka=Count("pk", filter=Q(kafka_flaky=True)),
        eventhub=Count("pk", filter=Q(eventhub_flaky=True)),
    ):
        disputes[key], flaky[key] = disputed, kafka + eventhub
    yield _gauge("tracker_disagreements", "Where the witnesses disagree.", disputes)
    yield _gauge(
        "tracker_smoke_flaky",
        "Workers and transports whose runs differ in their result at one fingerprint.",
        flaky,
    )
    yield from _scans(cards)


def _scans(cards: Sequence[Card]) -> Iterator[Metric]:
    scanned = {card.migration.key: card.scan for card in cards if card.scan}
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
    unreadable = dict(
        Scan.objects.filter(pk__in=[scan.pk for scan in scanned.values()]).values_list("pk", "unreadable")
    )
    yield _gauge(
        "tracker_scan_unreadable_files",
        "Files that the latest scan could not read.",
        {key: len(unreadable[scan.pk]) for key, scan in scanned.items()},
    )
    yield _gauge(
        "tracker_scan_failed",
        "1 when a scan later than the latest good one has failed.",
        {card.migration.key: int(card.failed_scan is not None) for card in cards},
    )


def _gauge(name: str, text: str, values: dict[str, float] | dict[str, int]) -> Metric:
    """A gauge with one value for each migration."""
    gauge = GaugeMetricFamily(name, text, labels=["migration"])
    for key, value in values.items():
        gauge.add_metric([key], value)
    return gauge
