"""The audit trail: entries that are only ever appended, each sealed with the one before it."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

INSTALLATION = "installation"
MIGRATION = "migration:"
"""What the key of a migration's chain begins with."""


class Chain(models.Model):
    """Where one chain of entries ends; its head can be kept elsewhere as a witness against rewriting."""

    key = models.CharField(max_length=100, primary_key=True)
    length = models.PositiveBigIntegerField(default=0)
    head = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return self.key


canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
"""A value as JSON that is the same wherever it is written."""


def sealed(content: Mapping[str, Any]) -> str:
    """The SHA-256 over what an entry says, in canonical JSON."""
    return hashlib.sha256(canonical(content).encode()).hexdigest()


class Entry(models.Model):
    """One change: who did what to which thing, when. The database itself refuses to alter or delete it."""

    chain = models.ForeignKey(Chain, on_delete=models.PROTECT, related_name="entries")
    position = models.PositiveBigIntegerField()
    at = models.DateTimeField(default=timezone.now)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    actor_name = models.CharField(max_length=150)
    action = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=100)
    subject_id = models.CharField(max_length=40)
    subject_label = models.CharField(max_length=300)
    sentence = models.CharField(max_length=500)
    detail = models.JSONField(default=dict)
    previous = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["chain", "position"], name="a_position_once_a_chain")]
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "-id"], name="entries_of_a_subject"),
            models.Index(fields=["chain", "-id"], name="latest_of_a_chain"),
            models.Index(fields=["subject_label", "-id"], name="latest_about_a_name"),
            models.Index(fields=["actor_name", "-id"], name="latest_by_a_name"),
            models.Index(fields=["at"], name="entries_of_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_name} {self.sentence}"

    def content(self) -> dict[str, Any]:
        """All that the entry says, and the digest before it: what its own digest is taken over."""
        return {
            "chain": self.chain_id,
            "position": self.position,
            "at": self.at.isoformat(),
            "actor": self.actor_id,
            "actor_name": self.actor_name,
            "action": self.action,
            "subject": [self.subject_type, self.subject_id, self.subject_label],
            "sentence": self.sentence,
            "detail": self.detail,
            "previous": self.previous,
        }

    def seal(self) -> str:
        """The SHA-256 over the content in canonical JSON."""
        return sealed(self.content())
