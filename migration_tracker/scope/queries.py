"""Reading changes of scope."""

from __future__ import annotations

from collections.abc import Iterable

from migration_tracker.inventory.models import Migration
from migration_tracker.scope.models import ScopeChange, ScopeState


def present(migration: Migration) -> list[ScopeChange]:
    """The changes that the latest scan still shows, approved or not, the latest first."""
    rows = ScopeChange.objects.filter(migration=migration).exclude(state=ScopeState.REVERTED)
    return list(rows.select_related("after", "decided_by"))


def left_out(changes: Iterable[ScopeChange]) -> set[str]:
    """The names of the workers that a lead agreed to leave out."""
    approved = (one for one in changes if one.state == ScopeState.APPROVED)
    return {name for one in approved for name in one.drops}
