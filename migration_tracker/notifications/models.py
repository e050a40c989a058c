"""Whom to tell what, what there was to tell, and how far each message has come."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import ClassVar
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac

from migration_tracker.inventory.models import Migration, Worker
from migration_tracker.jobs import Job, JobQuerySet, State


class Event(models.TextChoices):
    """What people are told of."""

    PROOF_LOST = "proof-lost", "code has changed, and its new run failed"
    RUN_FAILED = "run-failed", "a run failed: of the schedule, or that somebody asked for"
    RECOVERED = "recovered", "what had failed passes again"
    REGRESSION = "regression", "a worker slipped back in the code"
    WAIVER_LAPSED = "waiver-lapsed", "a waiver lapsed"
    DISAGREEMENT = "disagreement", "somebody was given a worker whose witnesses disagree"
    DIGEST = "digest", "the weekly digest"
    TEST = "test", "a test"


OFFERED = tuple(one for one in Event if one is not Event.TEST)


class Kind(models.TextChoices):
    """How a channel tells."""

    WEBHOOK = "webhook", "signed webhook"
    SLACK = "slack", "Slack-compatible webhook"
    EMAIL = "email", "e-mail to an address"
    OWNER = "owner", "e-mail to each worker's owner"
    LEADS = "leads", "e-mail to every lead"


WEB = (Kind.WEBHOOK, Kind.SLACK)


def _nonce() -> str:
    return secrets.token_hex(8)


class Channel(models.Model):
    """Whom a lead wants told of a migration, of what, and how."""

    migration = models.ForeignKey(Migration, on_delete=models.CASCADE, related_name="channels")
    kind = models.CharField(max_length=10, choices=Kind)
    address = models.CharField(max_length=2000, blank=True)
    owner = models.CharField(max_length=200, blank=True, help_text="Whose workers; empty for all.")
    events = models.JSONField(default=list)
    threshold = models.PositiveSmallIntegerField(default=1)
    nonce = models.CharField(max_length=16, default=_nonce)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}{f' {self.shown}' if self.address else ''}"

    @property
    def shown(self) -> str:
        """The address as pages show it: the path of a webhook is often a secret."""
        if self.kind not in WEB:
            return self.address
        parts = urlsplit(self.address)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/…"

    @property
    def secret(self) -> str:
        """The key of the signature, in hex; made from SECRET_KEY, so that the database does not hold it."""
        return salted_hmac("notifications.channel", f"{self.pk} {self.nonce}", algorithm="sha256").hexdigest()

    @property
    def told_of(self) -> str:
        return "; ".join(Event(event).label for event in self.events)

    def wants(self, event: Event, owners: Iterable[str], streak: int = 0) -> bool:
        """Whether it is to be told.

        Args:
            event: what happened.
            owners: of the worker that it happened to.
            streak: how many runs of the cell have failed in a row, or had before it recovered.
        """
        if event not in self.events or (self.owner and self.owner.lower() not in map(str.lower, owners)):
            return False
        if event in (Event.PROOF_LOST, Event.RUN_FAILED):
            return streak == self.threshold
        return event != Event.RECOVERED or streak >= self.threshold


class Notice(models.Model):
    """One thing that happened and that somebody is told of; its `key` makes sure that it is told once."""

    key = models.CharField(max_length=300, unique=True)
    migration = models.ForeignKey(Migration, on_delete=models.CASCADE, related_name="+")
    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, null=True, related_name="+")
    event = models.CharField(max_length=20, choices=Event)
    text = models.TextField()
    path = models.CharField(max_length=500, help_text="Of the page that tells more.")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.text

    @property
    def url(self) -> str:
        return f"{settings.PUBLIC_URL.rstrip('/')}{self.path}"


class Outcome(models.TextChoices):
    DELIVERED = "delivered"
    FAILED = "failed"


class Delivery(Job):
    """One message to one recipient: all that has one cause. It waits a little, so that more can join it."""

    task = "notifications.deliver"

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="deliveries")
    recipient = models.CharField(max_length=2000)
    cause = models.CharField(max_length=300)
    notices = models.ManyToManyField(Notice, related_name="deliveries")
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    answer = models.TextField(blank=True, help_text="What came back last.")

    objects: ClassVar[JobQuerySet] = JobQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "recipient", "cause"],
                condition=models.Q(state=State.QUEUED, attempt=0),
                name="one_waiting_message_a_cause",
            )
        ]
        indexes = [models.Index(fields=["state"], name="deliveries_by_state")]

    def __str__(self) -> str:
        return f"message {self.pk} by {self.channel}"
