"""The checklist of each worker: what witnesses said of its items, and what people vouched for."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from migration_tracker.inventory.models import Worker


class Verdict(models.TextChoices):
    MET = "met"
    UNMET = "unmet"
    UNKNOWN = "unknown"


class Witness(models.TextChoices):
    SCANNER = "scanner"
    SMOKE = "smoke"


class Evidence(models.Model):
    """What one witness said of one item of one worker, at one fingerprint of its code. Never overwritten."""

    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, related_name="evidence")
    item = models.SlugField()
    witness = models.CharField(max_length=10, choices=Witness)
    verdict = models.CharField(max_length=10, choices=Verdict)
    reason = models.TextField()
    places = models.JSONField(default=list)
    commit = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=64)
    source = models.PositiveBigIntegerField(help_text="The scan or smoke run that testified.")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-pk"]
        verbose_name_plural = "evidence"
        indexes = [models.Index(fields=["witness", "source"], name="evidence_of_a_source")]

    def __str__(self) -> str:
        return f"{self.witness} says {self.item} of {self.worker} is {self.verdict}"

    @property
    def short_commit(self) -> str:
        return self.commit[:10]


class Tick(models.Model):
    """A person vouched for an item, or took that back, at one fingerprint of the code. Never overwritten."""

    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, related_name="ticks")
    item = models.SlugField()
    ticked = models.BooleanField()
    note = models.TextField(blank=True)
    commit = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["worker", "item", "-id"], name="latest_tick_of_an_item")]

    def __str__(self) -> str:
        return f"{self.by} {'ticked' if self.ticked else 'unticked'} {self.item} of {self.worker}"

    @property
    def short_commit(self) -> str:
        return self.commit[:10]
