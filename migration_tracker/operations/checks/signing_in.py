"""The identity provider: it describes itself by secure addresses, and its groups are worth something."""

from __future__ import annotations

from django.conf import settings
from django.db import DatabaseError

from migration_tracker.accounts.errors import ProviderAway
from migration_tracker.accounts.oidc.configuration import Configuration
from migration_tracker.accounts.oidc.provider import discover
from migration_tracker.installation import command
from migration_tracker.inventory.models import Migration
from migration_tracker.operations.diagnosis import Diagnosis, unwell, well

SUBJECT = "identity provider"
NONE = "there is none; people sign in by password"


def provider() -> Diagnosis:
    configuration: Configuration | None = settings.OIDC
    if configuration is None:
        return well(SUBJECT, NONE)
    try:
        discover(configuration.issuer)
    except ProviderAway as error:
        return unwell(
            SUBJECT,
            "it does not answer as it must, so nobody can sign in by it",
            f"Mend OIDC_ISSUER, or the way to it. Until then: {command('way_in NAME')}",
            error.reason,
        )
    return well(SUBJECT, "it describes itself as it must", configuration.issuer)


def groups() -> Diagnosis:
    """Look whether OIDC_GROUPS gives roles in migrations that are known."""
    configuration: Configuration | None = settings.OIDC
    named = {grant.where for grant in configuration.grants} - {""} if configuration else set()
    try:
        unknown = named.difference(Migration.objects.values_list("key", flat=True))
    except DatabaseError as error:
        return unwell(
            "groups", "they could not be looked at", "See what is said of the database.", str(error)
        )
    if unknown:
        return unwell(
            "groups",
            f"{len(unknown)} of the migrations in OIDC_GROUPS are not known here",
            "Spell their keys as their addresses do (/m/KEY/), or register them.",
            ", ".join(sorted(unknown)),
        )
    return well("groups", "each role by group is in a migration that is known" if named else "none are named")
