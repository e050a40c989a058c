"""Who signs in. A model of our own from the start, since Django cannot swap it in later."""

from functools import cached_property

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone

from migration_tracker.accounts.roles import READ, ROLES
from migration_tracker.audit.models import MIGRATION


class User(AbstractUser):
    @cached_property
    def role_names(self) -> frozenset[str]:
        return frozenset(self.groups.values_list("name", flat=True))

    @cached_property
    def own_roles(self) -> dict[str, str]:
        """The role in single migrations, by the migration's key."""
        return dict(self.memberships.values_list("migration", "role"))

    @cached_property
    def roles_by_group(self) -> dict[str, dict[str, str]]:
        """What groups of the identity provider gave at the latest sign-in; see `Identity.roles`."""
        identity = Identity.objects.filter(user=self).first()
        return identity.roles if identity else {}

    def roles_in(self, migration: str) -> frozenset[str]:
        """All roles that count in a migration: those in the installation, and the one given there."""
        own = {self.own_roles[migration]} if migration in self.own_roles else set()
        return self.role_names | own

    def may(self, action: str, migration: str = "") -> bool:
        """Whether a role of this person allows `action`, a name from `accounts.roles`.

        Args:
            action: what is to be done.
            migration: the key of the migration it is done in; without it roles in the installation count.
        """
        if self.is_superuser or any(action in ROLES.get(role, ()) for role in self.role_names):
            return True
        return bool(migration) and action in ROLES.get(self.own_roles.get(migration, ""), ())

    @property
    def readable_chains(self) -> frozenset[str] | None:
        """The audit chains that this person may read; None for all."""
        return None if self.may(READ) else frozenset(MIGRATION + key for key in self.own_roles)


class Membership(models.Model):
    """The role that somebody has in one migration, besides what they may everywhere.

    It names the migration by its key, which never changes: this app knows no migrations.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    migration = models.SlugField()
    role = models.CharField(max_length=20, choices=[(role, role) for role in ROLES])

    class Meta:
        ordering = ["user__username"]
        constraints = [
            models.UniqueConstraint(fields=["user", "migration"], name="one_role_a_person_and_migration")
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.role} of {self.migration}"


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
    migrations = models.JSONField(default=list, help_text="Keys; without any, all that its owner may see.")
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.name

    def reaches(self, migration: str) -> bool:
        """Whether it is made for a migration that its owner may see."""
        return (not self.migrations or migration in self.migrations) and self.owner.may(READ, migration)

    @property
    def valid(self) -> bool:
        return self.revoked_at is None and self.expires_at > timezone.now()


class FailedSignIn(models.Model):
    """A sign-in that failed, kept for as long as it counts; see `accounts.lockout`."""

    name = models.CharField(max_length=150)
    address = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["address", "at"], name="failures_by_address"),
            models.Index(fields=["name", "at"], name="failures_by_name"),
        ]

    def __str__(self) -> str:
        return "a failed sign-in"


class Identity(models.Model):
    """Who somebody is at an OpenID provider: issuer and subject, which alone identify them there.

    `roles` holds what groups gave at the latest sign-in, by the key of the migration (empty: everywhere),
    each with `role` and `group`, so that it can be taken when the group is left, and nothing else is.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="identity")
    issuer = models.CharField(max_length=255)
    subject = models.CharField(max_length=255)
    roles = models.JSONField(default=dict)
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["issuer", "subject"], name="one_person_an_identity")]

    def __str__(self) -> str:
        return f"{self.user} at {self.issuer}"
