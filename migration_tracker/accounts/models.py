"""Who signs in. A model of our own from the start, since Django cannot swap it in later."""

from functools import cached_property

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone

from migration_tracker.accounts.roles import ROLES


class User(AbstractUser):
    @cached_property
    def role_names(self) -> frozenset[str]:
        return frozenset(self.groups.values_list("name", flat=True))

    def may(self, action: str) -> bool:
        """Whether one of this person's roles allows `action`, a name from `accounts.roles`."""
        return self.is_superuser or any(action in ROLES.get(role, ()) for role in self.role_names)


class Scope(models.TextChoices):
    """What a token may be used for, as far as its owner's role allows it."""

    READ = "read", "read everything, ask the gate"
    RUN = "run", "ask for scans and smoke runs"
    REPORT = "report", "report smoke runs that ran elsewhere (a lead's)"


class Token(models.Model):
    """A key of the API: it speaks for its owner, for some purposes, for a time. Only its hash is kept."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def valid(self) -> bool:
        return self.revoked_at is None and self.expires_at > timezone.now()
