"""The queue: the broker answers, each queue is worked on, nothing waits for long, the clock ticks."""

from __future__ import annotations

from datetime import timedelta

from celery import current_app
from celery.exceptions import OperationalError as CeleryError
from django.db import DatabaseError
from django.utils import timezone
from django_celery_beat.models import PeriodicTask
from kombu.exceptions import KombuError

from migration_tracker.operations.diagnosis import Diagnosis, unwell, well
from migration_tracker.operations.work import kinds, oldest_waiting

ANSWER_SECONDS = 2
WAITS_TOO_LONG = timedelta(minutes=10)
# Beat writes down what it started every three minutes, the shortest schedule is of 30 seconds.
BEAT_IS_SILENT = timedelta(minutes=6)


def _errors() -> tuple[type[BaseException], ...]:
    """What the broker's client raises, whichever it is."""
    client = current_app.connection_for_write()
    return (OSError, CeleryError, KombuError, *client.connection_errors, *client.channel_errors)


def broker() -> Diagnosis:
    try:
        with current_app.connection_for_write(connect_timeout=ANSWER_SECONDS) as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=ANSWER_SECONDS)
    except _errors() as error:
        return unwell(
            "broker",
            "the broker does not answer",
            "Start it, or mend CELERY_BROKER_URL. What was asked for meanwhile waits in the database and is"
            " taken up by itself.",
            f"{current_app.connection_for_write().as_uri()}: {error}",
        )
    return well("broker", "the broker answers", current_app.connection_for_write().as_uri())


def taken() -> Diagnosis:
    """Whether each queue has a job process that answers."""
    wanted = {kind.queue for kind in kinds()}
    try:
        answers = current_app.control.inspect(timeout=ANSWER_SECONDS).active_queues() or {}
    except _errors() as error:
        return unwell(
            "job processes", "they could not be asked", "See what is said of the broker.", str(error)
        )
    taken = {queue["name"] for queues in answers.values() for queue in queues}
    if missing := sorted(wanted - taken):
        return unwell(
            "job processes",
            "no job process answers" if not answers else "a queue has no job process",
            "Start one (make run, or celery --app migration_tracker.celery worker -Q QUEUE); if one runs, see"
            " its log, and restart it if it hangs.",
            f"nobody takes from: {', '.join(missing)}",
        )
    return well("job processes", f"{len(answers)} answer", ", ".join(sorted(answers)))


def waiting() -> Diagnosis:
    try:
        waits = {kind.task: age for kind in kinds() if (age := oldest_waiting(kind))}
    except DatabaseError as error:
        return unwell("queue", "it could not be looked at", "See what is said of the database.", str(error))
    late = {task: age for task, age in waits.items() if age > WAITS_TOO_LONG}
    if late:
        return unwell(
            "queue",
            "jobs wait for too long",
            "See what is said of the job processes and of the schedule; with more work than they manage,"
            " start more of them.",
            "; ".join(f"{task} for {int(age.total_seconds() // 60)} min" for task, age in late.items()),
        )
    return well("queue", "no job waits for long")


def scheduled() -> Diagnosis:
    try:
        latest = PeriodicTask.objects.filter(last_run_at__isnull=False).order_by("-last_run_at").first()
    except DatabaseError as error:
        return unwell(
            "schedule", "it could not be looked at", "See what is said of the database.", str(error)
        )
    if latest is None or latest.last_run_at < timezone.now() - BEAT_IS_SILENT:
        since = f"since {latest.last_run_at:%Y-%m-%d %H:%M} UTC" if latest else "so far"
        return unwell(
            "schedule",
            f"nothing was started by the clock {since}",
            "Start exactly one beat (make run, or celery --app migration_tracker.celery beat).",
        )
    return well("schedule", "the clock starts what is due")
