"""Smoke runs: one worker booted against one transport, and every stage it went through."""

from datetime import UTC, datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django_celery_beat.models import CrontabSchedule, PeriodicTask

from migration_tracker import probing
from migration_tracker.addresses import address
from migration_tracker.inventory.models import Migration, Worker
from migration_tracker.jobs import ACTIVE, Job, JobQuerySet, State


class Transport(models.TextChoices):
    KAFKA = "kafka"
    EVENTHUB = "eventhub"


TITLES: dict[str, str] = {Transport.KAFKA: "Kafka", Transport.EVENTHUB: "Event Hubs"}
"""What people call each transport."""


class Result(models.TextChoices):
    PASSED = "passed"
    FAILED = "failed"  # the worker's fault
    ERROR = "error"  # the harness's or the broker's: it says nothing about the worker
    CANCELLED = "cancelled"


class Occasion(models.TextChoices):
    """Why there is a run."""

    ASKED = "asked", "somebody asked for it"
    SCHEDULE = "schedule", "its time had come"
    CHANGE = "change", "the code moved on from what had passed"
    REPORT = "report", "it ran elsewhere and was reported"


DECISIVE = (Result.PASSED, Result.FAILED)


class SmokeRun(Job):
    """One boot of one worker against one transport, at one fingerprint of its code. Never overwritten."""

    task = "smoke.run"

    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, related_name="smoke_runs")
    transport = models.CharField(max_length=10, choices=Transport)
    commit = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=64)
    occasion = models.CharField(max_length=10, choices=Occasion, default=Occasion.ASKED)
    cancel_requested = models.BooleanField(default=False)
    result = models.CharField(max_length=10, choices=Result, blank=True)
    level = models.CharField(max_length=10, blank=True, help_text="How far the worker was seen to come.")
    reason = models.TextField(blank=True)
    cause = models.JSONField(null=True, blank=True)
    broker = models.CharField(max_length=20, blank=True)
    log = models.TextField(blank=True)
    seconds = models.FloatField(null=True, blank=True)

    objects: ClassVar[JobQuerySet] = JobQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["worker", "transport"],
                condition=models.Q(state__in=ACTIVE),
                name="one_active_run_a_cell",
            )
        ]
        indexes = [
            models.Index(fields=["worker", "transport", "-id"], name="latest_run_of_a_cell"),
            models.Index(fields=["worker", "transport", "fingerprint", "result"], name="results_of_a_code"),
            models.Index(fields=["state"], name="runs_by_state"),
        ]

    def __str__(self) -> str:
        return f"smoke run of {self.worker} on {self.transport}"

    def get_absolute_url(self) -> str:
        return address("smoke:run_page", self.pk)

    def wanted(self) -> models.QuerySet[Any]:
        return super().wanted().filter(cancel_requested=False)

    def keep_lost_attempt(self) -> None:
        reason = "The job process was lost in the middle of it."
        Attempt.objects.create(
            run=self, number=self.attempt, started_at=self.started_at, reason=reason, log=self.log
        )
        SmokeRun.objects.filter(pk=self.pk).update(log="")

    @property
    def transport_title(self) -> str:
        return TITLES[self.transport]

    @property
    def short_commit(self) -> str:
        return self.commit[:10]

    @property
    def short_fingerprint(self) -> str:
        return self.fingerprint[:10]

    @property
    def cause_text(self) -> str:
        return self.cause["text"] if self.cause else ""

    @property
    def why(self) -> str:
        """Why it ended as it did: what the failure means where that is known, else what was seen."""
        return self.cause_text or self.reason

    def reaches(self, level: str) -> bool:
        """Whether the worker came as far as `level`, or further."""
        return self.level in probing.reaching(level)

    @property
    def why_asked(self) -> str:
        """Who or what asked for it, in words."""
        match self.occasion:
            case Occasion.CHANGE:
                return "asked for because the code had changed since it passed"
            case Occasion.REPORT:
                return f"reported by {self.requested_by}"
            case _:
                return f"asked for by {self.requested_by or 'the schedule'}"

    @property
    def present_stages(self) -> list["Stage"]:
        """The stages of the present attempt, in order; none while the next one waits."""
        return [] if self.state == State.QUEUED else self.stages_of(self.attempt)

    def stages_of(self, attempt: int) -> list["Stage"]:
        return [stage for stage in self.stages.all() if stage.attempt == attempt]


class Attempt(models.Model):
    """An attempt at a run that could not tell, after which the run was tried again: the harness's fault."""

    run = models.ForeignKey(SmokeRun, on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(default=timezone.now)
    reason = models.TextField()
    broker = models.CharField(max_length=20, blank=True)
    log = models.TextField(blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="an_attempt_once_a_run")]

    def __str__(self) -> str:
        return f"attempt {self.number} at the {self.run}"

    @property
    def stages(self) -> list["Stage"]:
        return self.run.stages_of(self.number)


class Stage(models.Model):
    """One stage of one attempt at a run."""

    run = models.ForeignKey(SmokeRun, on_delete=models.CASCADE, related_name="stages")
    attempt = models.PositiveSmallIntegerField()
    position = models.PositiveSmallIntegerField()
    key = models.SlugField()
    title = models.CharField(max_length=100)
    result = models.CharField(max_length=10)
    seconds = models.FloatField(default=0)
    detail = models.TextField(blank=True)
    evidence = models.JSONField(default=dict)

    class Meta:
        ordering = ["attempt", "position"]
        constraints = [
            models.UniqueConstraint(fields=["run", "attempt", "key"], name="a_stage_once_an_attempt")
        ]

    def __str__(self) -> str:
        return f"{self.title}: {self.result}"


class Breakage(Job):
    """A pass that turned into a failure on one transport: what changed of the worker's code in between.

    Nothing of it testifies. It is kept because the commits it names may be gone from the repository one day.
    """

    task = "smoke.breakage"

    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, related_name="breakages")
    transport = models.CharField(max_length=10, choices=Transport)
    passed = models.ForeignKey(SmokeRun, on_delete=models.CASCADE, related_name="+")
    failed = models.OneToOneField(SmokeRun, on_delete=models.CASCADE, related_name="+")
    files = models.JSONField(default=list, help_text="Paths that count in the fingerprint and have changed.")
    commits = models.JSONField(
        default=list, help_text="Of each, the latest first: id, date, author, subject."
    )
    more = models.BooleanField(default=False, help_text="Whether there are more commits than are kept.")
    trouble = models.TextField(blank=True, help_text="Why nothing can be told.")

    objects: ClassVar[JobQuerySet] = JobQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"breakage of {self.worker} on {self.transport}"

    @property
    def changes(self) -> list[dict[str, Any]]:
        """The commits, each with the moment `at` which it was committed."""
        return [{**one, "at": datetime.fromisoformat(one["date"])} for one in self.commits]

    @property
    def same_code(self) -> bool:
        """Whether nothing that counts had changed when it failed."""
        return self.passed.fingerprint == self.failed.fingerprint


class Schedule(models.Model):
    """When runs are asked for by themselves: of a whole migration, of one phase or of one worker.

    django-celery-beat rings the bell; whether the time has come is told by `last_at` alone, so that a bell
    that rang twice asks once, and any number that nobody heard are made up for by one.
    """

    migration = models.ForeignKey(Migration, on_delete=models.CASCADE, related_name="smoke_schedules")
    phase = models.CharField(max_length=100, blank=True)
    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    transports = models.JSONField(default=list)
    crontab = models.ForeignKey(CrontabSchedule, on_delete=models.PROTECT, related_name="+")
    bell = models.OneToOneField(PeriodicTask, on_delete=models.PROTECT, related_name="+")
    enabled = models.BooleanField(default=True)
    last_at = models.DateTimeField(
        default=timezone.now, help_text="Up to when all that was due has been done."
    )
    runs = models.PositiveIntegerField(null=True, help_text="How many runs it asked for last.")
    trouble = models.TextField(blank=True, help_text="Why it could ask for none.")
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    set_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"schedule of {self.meant}"

    @property
    def meant(self) -> str:
        """What it runs, in words."""
        if self.worker:
            return str(self.worker)
        return f"phase {self.phase}" if self.phase else f"all of {self.migration}"

    @property
    def words(self) -> str:
        """When it runs, in words, with the time zone."""
        return str(self.crontab.human_readable)

    @property
    def cron(self) -> str:
        """When it runs, in cron's five fields."""
        when = self.crontab
        return " ".join((when.minute, when.hour, when.day_of_month, when.month_of_year, when.day_of_week))

    @property
    def next_at(self) -> datetime:
        """When it is due: the first time of its cron after `last_at`, which may have passed."""
        since = self.last_at.astimezone(self.crontab.timezone)
        start, wait, _ = self.crontab.schedule.remaining_delta(since)
        return datetime.fromtimestamp((start + wait).timestamp(), UTC)

    @property
    def due(self) -> bool:
        return self.enabled and self.next_at <= timezone.now()
