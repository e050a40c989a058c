"""Reading changes of scope."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from migration_tracker.inventory.models import Migration
from migration_tracker.scope.models import ScopeChange, ScopeState


def present(migration: Migration, until: datetime | None = None) -> list[ScopeChange]:
    """The changes that the latest scan still shows, or showed `until` then; the latest first."""
    rows = ScopeChange.objects.filter(migration=migration).select_related("after", "decided_by")
    if until is None:
        return list(rows.exclude(state=ScopeState.REVERTED))
    found = list(rows.filter(noticed_at__lte=until).exclude(ended_at__lte=until))
    for change in found:
        if change.decided_at is None or change.decided_at > until:
            change.state, change.decided_by, change.decided_at = ScopeState.WAITING, None, None
    return found


def left_out(changes: Iterable[ScopeChange]) -> set[str]:
    """The names of the workers that a lead agreed to leave out."""
    approved = (one for one in changes if one.state == ScopeState.APPROVED)
    return {name for one in approved for name in one.drops}
