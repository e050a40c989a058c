"""Changes of scope: what a definition came to ask less of, and whether a lead agreed."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from migration_tracker.accounts.models import User
from migration_tracker.inventory.models import Migration, Scan


class ScopeState(models.TextChoices):
    WAITING = "waiting"
    APPROVED = "approved"
    DECLINED = "declined"
    REVERTED = "reverted"


UNAPPROVED = (ScopeState.WAITING, ScopeState.DECLINED)
"""A change that was declined is still there until a commit takes it back."""


class ScopeChange(models.Model):
    """Between two scans a migration came to ask less: `narrowings` says of what, `edits` by which commits."""

    migration = models.ForeignKey(Migration, on_delete=models.CASCADE, related_name="scope_changes")
    before = models.ForeignKey(Scan, on_delete=models.CASCADE, related_name="+")
    after = models.ForeignKey(Scan, on_delete=models.CASCADE, related_name="+")
    narrowings = models.JSONField(help_text="Of each its key, what, and text.")
    drops = models.JSONField(default=list, help_text="Names of workers that are left out by it.")
    edits = models.JSONField(default=list, help_text="Of each commit its id, date, author, email, subject.")
    noticed_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=10, choices=ScopeState, default=ScopeState.WAITING)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True, help_text="Why it was approved or declined.")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state__in=["approved", "declined"]) | models.Q(decided_by__isnull=False),
                name="a_decided_scope_change_has_who_decided",
            )
        ]

    def __str__(self) -> str:
        return f"change of scope at {self.after.short_commit}"

    @property
    def unapproved(self) -> bool:
        return self.state in UNAPPROVED

    @property
    def texts(self) -> list[str]:
        """Its narrowings, a sentence each."""
        return [one["text"] for one in self.narrowings]

    @property
    def authors(self) -> list[str]:
        """Who wrote the commits, each once; nobody where that is not known."""
        return list(dict.fromkeys(one["author"] for one in self.edits))

    @property
    def at(self) -> datetime:
        """When it was committed, as far as that is known."""
        committed = parse_datetime(self.edits[0]["date"]) if self.edits else None
        return committed or self.noticed_at

    def is_by(self, person: User) -> bool:
        """Whether one of the commits is this person's: by e-mail address, name or user name."""
        names = {person.get_username(), person.get_full_name()} - {""}
        folded = {name.casefold() for name in names}
        address = person.email.casefold()
        return any(
            one["author"].casefold() in folded
            or (address and one["email"].casefold() == address)
            or one["email"].casefold().partition("@")[0] == person.get_username().casefold()
            for one in self.edits
        )
