"""Who signs in. A model of our own from the start, since Django cannot swap it in later."""

from functools import cached_property

from django.contrib.auth.models import AbstractUser

from migration_tracker.accounts.roles import ROLES


class User(AbstractUser):
    @cached_property
    def role_names(self) -> frozenset[str]:
        return frozenset(self.groups.values_list("name", flat=True))

    def may(self, action: str) -> bool:
        """Whether one of this person's roles allows `action`, a name from `accounts.roles`."""
        return self.is_superuser or any(action in ROLES.get(role, ()) for role in self.role_names)
