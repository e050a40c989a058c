"""Whose code may run on the tracker's own host. Smoke runs execute it, so an administrator decides."""

from __future__ import annotations

from django.db import transaction

from migration_tracker.accounts.models import User
from migration_tracker.audit import services as audit
from migration_tracker.inventory.models import Migration


@transaction.atomic
def allow(migration: Migration, allowed: bool, *, by: User) -> bool:
    """Let the migration's code run here, or no longer; False if it is so already, and nothing is recorded."""
    if not Migration.objects.filter(pk=migration.pk, runs_code=not allowed).update(runs_code=allowed):
        return False
    does = "allowed" if allowed else "no longer allows"
    audit.record(
        by,
        "migration.code_allowed" if allowed else "migration.code_forbidden",
        migration,
        chain=migration.chain,
        sentence=f"{does} the code of {migration} to run on the tracker's host",
    )
    return True


def refusal(migration: Migration) -> str:
    """Why the migration's code does not run here; empty if it may."""
    runs, closed_at = Migration.objects.values_list("runs_code", "closed_at").get(pk=migration.pk)
    if closed_at:
        return f"{migration} is closed: an administrator can open it again, under Closing."
    if runs:
        return ""
    return (
        f"The code of {migration} may not run on the tracker's host: that takes an administrator, under Code."
        " Runs in CI can be reported all the same."
    )
