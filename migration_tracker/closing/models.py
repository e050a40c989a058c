"""A finished migration is closed: what was reached is frozen."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from migration_tracker.inventory.models import Migration


class Closing(models.Model):
    """Somebody closed a migration, with report and bundle as they were; an administrator may reopen it."""

    migration = models.ForeignKey(Migration, on_delete=models.CASCADE, related_name="closings")
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    commit = models.CharField(max_length=64)
    report = models.TextField()
    bundle = models.CharField(max_length=300, help_text="Its file, below the data folder.")
    digest = models.CharField(max_length=64, help_text="The SHA-256 of the bundle.")
    reopened_at = models.DateTimeField(null=True, blank=True)
    reopened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.TextField(blank=True, help_text="Why it was reopened.")

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["migration"],
                condition=models.Q(reopened_at__isnull=True),
                name="one_standing_closing_a_migration",
            )
        ]

    def __str__(self) -> str:
        return f"closing of {self.migration}"
