"""Proposed patches with their proof, and the remotes that branches may be pushed to."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from migration_tracker.addresses import address
from migration_tracker.inventory.models import Migration, Worker
from migration_tracker.jobs import ACTIVE, Job, JobQuerySet


class Outcome(models.TextChoices):
    PROVEN = "proven"  # the patched code is clean and passed on both transports
    UNPROVEN = "unproven"  # it was made, and something of that did not hold
    EMPTY = "empty"  # there is nothing to change
    REFUSED = "refused"  # the worker is built in a way that no patch can be made for
    ERROR = "error"  # ours or the broker's fault: it says nothing about the patch
    CANCELLED = "cancelled"


class Patch(Job):
    """One proposed patch for one worker at one commit: applied, scanned and run before it is offered."""

    task = "patches.prove"

    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, related_name="patches")
    commit = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=64)
    cancel_requested = models.BooleanField(default=False)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    reason = models.TextField(blank=True)
    diff = models.TextField(blank=True)
    undecided = models.JSONField(default=list, help_text="What the tool leaves to people, a sentence each.")
    notes = models.JSONField(default=list, help_text="What it did that deserves a look, a sentence each.")
    seconds = models.FloatField(null=True, blank=True)

    objects: ClassVar[JobQuerySet] = JobQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["worker"], condition=models.Q(state__in=ACTIVE), name="one_active_patch_a_worker"
            )
        ]

    def __str__(self) -> str:
        return f"patch for {self.worker}"

    def get_absolute_url(self) -> str:
        return address("patches:page", self.pk)

    def wanted(self) -> models.QuerySet[Job]:
        return super().wanted().filter(cancel_requested=False)

    @property
    def short_commit(self) -> str:
        return self.commit[:10]

    @property
    def word(self) -> str:
        """queued, running, or how it ended."""
        return self.state if self.active else self.outcome

    @property
    def mark(self) -> str:
        """The sign that goes with the word."""
        same = {Outcome.UNPROVEN: "failed", Outcome.REFUSED: "failed", Outcome.EMPTY: "none"}
        return self.word if self.active else same.get(Outcome(self.outcome), self.outcome)

    @property
    def offered(self) -> bool:
        """Whether there is something to download."""
        return bool(self.diff) and not self.active

    @property
    def present_steps(self) -> list["Step"]:
        """The steps of the present attempt, in order."""
        return [step for step in self.steps.all() if step.attempt == self.attempt]


class Step(models.Model):
    """One step towards a proof: made, scanned, run on a transport."""

    patch = models.ForeignKey(Patch, on_delete=models.CASCADE, related_name="steps")
    attempt = models.PositiveSmallIntegerField()
    position = models.PositiveSmallIntegerField()
    key = models.SlugField()
    title = models.CharField(max_length=100)
    result = models.CharField(max_length=10)
    seconds = models.FloatField(default=0)
    detail = models.TextField(blank=True)
    evidence = models.JSONField(default=dict)
    log = models.TextField(blank=True)

    class Meta:
        ordering = ["attempt", "position"]
        constraints = [
            models.UniqueConstraint(fields=["patch", "attempt", "key"], name="a_step_once_an_attempt")
        ]

    def __str__(self) -> str:
        return f"{self.title}: {self.result}"


class Remote(models.Model):
    """Where a lead lets branches with patches be pushed; credentials are git's matter, never stored here."""

    migration = models.OneToOneField(Migration, on_delete=models.CASCADE, related_name="push_remote")
    url = models.CharField(max_length=500)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.url


class Push(Job):
    """One branch with one patch, on its way to the remote."""

    task = "patches.push"

    patch = models.ForeignKey(Patch, on_delete=models.CASCADE, related_name="pushes")
    url = models.CharField(max_length=500)
    branch = models.CharField(max_length=300)
    commit = models.CharField(max_length=64, blank=True)
    error = models.TextField(blank=True)

    objects: ClassVar[JobQuerySet] = JobQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["patch"], condition=models.Q(state__in=ACTIVE), name="one_active_push_a_patch"
            )
        ]

    def __str__(self) -> str:
        return f"push of the {self.patch}"

    @property
    def word(self) -> str:
        """queued, running, or how it ended."""
        if self.active:
            return self.state
        return "failed" if self.error else "passed"
