"""Rows that are the truth of jobs: a queue may lose a message or deliver it twice, a row is claimed once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import Any, ClassVar, Self

from celery import current_app
from django.conf import settings
from django.db import Error, connection, models, transaction
from django.db.models import F, Max
from django.utils import timezone
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)

BEAT_SECONDS = 1.0
LONGEST_PATIENCE_SECONDS = 600
MOST_ATTEMPTS = 3


class State(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"


ACTIVE = (State.QUEUED, State.RUNNING)


class JobQuerySet(models.QuerySet[Any]):
    def active(self) -> Self:
        return self.filter(state__in=ACTIVE)

    def claim(self, pk: int) -> Any | None:
        """Take the queued row `pk` for this process; None when another has it, it is done or put off."""
        now = timezone.now()
        claimed = self.filter(pk=pk, state=State.QUEUED, enqueued_at__lte=now).update(
            state=State.RUNNING, attempt=F("attempt") + 1, started_at=now, heartbeat_at=now
        )
        return self.get(pk=pk) if claimed == 1 else None

    def lost(self) -> Self:
        """Running rows whose process does not report any more."""
        silent_since = timezone.now() - timedelta(seconds=settings.JOB_LOST_AFTER_SECONDS)
        return self.filter(state=State.RUNNING, heartbeat_at__lt=silent_since)

    def unheard(self) -> list[Any]:
        """Queued rows whose message is likely to be lost.

        A row that waits its turn behind others has nothing wrong: each message more would only lengthen the
        queue. So one is missed only where nothing is worked on, or a row that was queued later was begun, or
        after ten minutes; and where nobody works at all the wait doubles from message to message.
        """
        now = timezone.now()
        running = self.filter(state=State.RUNNING)
        begun = running.aggregate(latest=Max("enqueued_at"))["latest"]

        def is_unheard(job: Job) -> bool:
            waited = now - job.enqueued_at
            patience = max(
                job.enqueued_at - job.requested_at, timedelta(seconds=settings.JOB_TAKEN_UP_WITHIN_SECONDS)
            )
            if waited > timedelta(seconds=LONGEST_PATIENCE_SECONDS):
                return True
            overtaken = begun and begun - job.enqueued_at > timedelta(
                seconds=settings.JOB_TAKEN_UP_WITHIN_SECONDS
            )
            return waited > patience and bool(overtaken or not begun)

        waiting = now - timedelta(seconds=settings.JOB_TAKEN_UP_WITHIN_SECONDS)
        return [job for job in self.filter(state=State.QUEUED, enqueued_at__lt=waiting) if is_unheard(job)]

    def take_up(self, give_up: Callable[[Any, str], object]) -> None:
        """Queue again what nobody works on though somebody should.

        Args:
            give_up: `give_up(row, reason)` is to end a row that was lost too often.
        """
        for job in [*self.lost(), *self.unheard()]:
            if job.attempt >= MOST_ATTEMPTS and job.state == State.RUNNING:
                give_up(job, f"The job was lost {job.attempt} times; see the log of the job process.")
            else:
                self.model._default_manager.put_back(job)

    @transaction.atomic
    def put_back(self, job: Job) -> bool:
        """Queue a row again, unless it has moved since it was read."""
        unmoved = self.filter(
            pk=job.pk,
            state=job.state,
            attempt=job.attempt,
            heartbeat_at=job.heartbeat_at,
            enqueued_at=job.enqueued_at,
        )
        if unmoved.update(state=State.QUEUED, enqueued_at=timezone.now()) != 1:
            return False
        if job.state == State.RUNNING:
            job.keep_lost_attempt()
        job.enqueue()
        return True


class Job(models.Model):
    """A piece of work for a job process, and what has become of it. `task` is the name of the Celery task."""

    task: ClassVar[str]

    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    attempt = models.PositiveSmallIntegerField(default=0)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    requested_at = models.DateTimeField(default=timezone.now)
    enqueued_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def active(self) -> bool:
        return self.state in ACTIVE

    def enqueue(self, seconds: float = 0) -> None:
        """Send the message once the row can be seen by others, to be delivered in so many seconds."""
        transaction.on_commit(lambda: self._send(seconds))

    def _send(self, seconds: float) -> None:
        try:
            current_app.send_task(self.task, args=[self.pk], countdown=seconds or None)
        except OperationalError:  # what was asked for is kept, and is taken up like any message that was lost
            log.warning("no broker took the message of %s; it waits to be taken up", self, exc_info=True)

    def put_off(self, seconds: float) -> bool:
        """Queue this row, which this attempt holds, to be tried again in so many seconds.

        Returns:
            False if the attempt was given up as lost, or its work is not wanted any more.
        """
        again = timezone.now() + timedelta(seconds=seconds)
        if self.wanted().update(state=State.QUEUED, enqueued_at=again) != 1:
            return False
        self.enqueue(seconds)
        return True

    @property
    def put_off_until(self) -> datetime | None:
        """When it is tried again, if it waits for that."""
        waits = self.state == State.QUEUED and self.enqueued_at > timezone.now()
        return self.enqueued_at if waits else None

    def keep_lost_attempt(self) -> None:
        """Keep what is known of an attempt whose process was lost; a job that shows its attempts does."""

    def mine(self) -> models.QuerySet[Any]:
        """This row as long as this attempt holds it: an attempt given up as lost can no longer write."""
        rows: models.QuerySet[Any] = type(self)._default_manager.filter(
            pk=self.pk, state=State.RUNNING, attempt=self.attempt
        )
        return rows

    def wanted(self) -> models.QuerySet[Any]:
        """This row as long as its work is still wanted; a job that can be cancelled narrows it."""
        return self.mine()

    @contextmanager
    def beating(self, news: Callable[[], Mapping[str, Any]] = dict) -> Iterator[Callable[[], bool]]:
        """Keep the heartbeat going from a thread while the caller works.

        Args:
            news: asked from that thread for values of the row that are to be written along.

        Yields:
            Tells, from any thread or event loop and without asking the database, whether to give the work up.
        """
        over, unwanted = Event(), Event()

        def beat() -> None:
            try:
                while not over.wait(BEAT_SECONDS):
                    try:
                        if not self.wanted().exists():
                            unwanted.set()
                        self.mine().update(heartbeat_at=timezone.now(), **news())
                    except Error:  # the next beat makes up for it, long before the job counts as lost
                        log.warning("a heartbeat of %s was not taken", self, exc_info=True)
                        connection.close_if_unusable_or_obsolete()
            finally:
                connection.close()

        thread = Thread(target=beat, name=f"heartbeat of {self}", daemon=True)
        thread.start()
        try:
            yield unwanted.is_set
        finally:
            over.set()
            thread.join()
            if not connection.in_atomic_block:  # the database may have been restarted since it was last asked
                connection.close_if_unusable_or_obsolete()
