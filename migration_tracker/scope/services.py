"""Deciding on changes of scope."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from migration_tracker.accounts.models import User
from migration_tracker.audit import services as audit
from migration_tracker.scope.errors import CannotDecide, Overtaken
from migration_tracker.scope.models import UNAPPROVED, ScopeChange, ScopeState


@transaction.atomic
def decide(change: ScopeChange, *, by: User, approved: bool, reason: str) -> ScopeChange:
    """Approve a change of scope, or decline it; a declined one can still be approved.

    Raises:
        CannotDecide: `by` wrote one of its commits, or gives no reason.
        Overtaken: it is decided so already, or was taken back.
    """
    if change.is_by(by):
        raise CannotDecide("Not recorded: somebody other than who wrote the change must decide.")
    if not reason.strip():
        raise CannotDecide("Not recorded: say why.")
    state = ScopeState.APPROVED if approved else ScopeState.DECLINED
    open_still = ScopeChange.objects.filter(pk=change.pk, state__in=UNAPPROVED).exclude(state=state)
    moved = open_still.update(state=state, decided_by=by, decided_at=timezone.now(), reason=reason.strip())
    change.refresh_from_db()
    if moved != 1:
        raise Overtaken(f"Not recorded: it is {change.state} already.")
    sentence = f"{state} a change of scope: {'; '.join(change.texts)}"
    record(by, f"scope.{state}", change, sentence, reason=change.reason)
    return change


def record(by: User | None, action: str, change: ScopeChange, sentence: str, **detail: Any) -> None:
    """Enter into the migration's chain what became of a change."""
    audit.record(
        by,
        action,
        change.migration,
        chain=change.migration.chain,
        sentence=sentence,
        scope_change=change.pk,
        commit=change.after.commit,
        commits=[one["commit"] for one in change.edits],
        narrowings=change.texts,
        **detail,
    )
