"""Giving a worker to somebody, by hand: who, until when, and the issue in the team's own tracker."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from migration_tracker.accounts.models import User
from migration_tracker.audit import services as audit
from migration_tracker.inventory.errors import Overtaken
from migration_tracker.inventory.models import Worker
from migration_tracker.inventory.signals import worker_assigned

CODEOWNERS = "whom CODEOWNERS names"


@transaction.atomic
def assign(
    worker: Worker, *, by: User, owner: str, due: date | None, issue: str, seen: str | None = None
) -> bool:
    """Set all three; False, and nothing is recorded, if they are so already.

    Args:
        worker: who is given.
        by: who gives it.
        owner: a person or a team; empty for those whom CODEOWNERS names.
        due: the last day in time.
        issue: the address of an issue elsewhere.
        seen: the `Worker.assignment` that the person was shown; None where nothing was.

    Raises:
        Overtaken: somebody else has set them after the person's page was made.
    """
    held = (
        Worker.objects.select_for_update(of=("self",), no_key=True)
        .select_related("migration")
        .get(pk=worker.pk)
    )
    if (held.owner, held.due, held.issue) == (owner, due, issue):
        return False
    if seen is not None and seen != held.assignment:
        until = f", due {held.due:%-d %b %Y}" if held.due else ""
        raise Overtaken(
            f"Not recorded: after your page was made it was given to {held.owner or CODEOWNERS}{until}."
            " Look again, then decide."
        )
    held.owner, held.due, held.issue = owner, due, issue
    held.save(update_fields=["owner", "due", "issue"])
    until = f", due {due:%-d %b %Y}" if due else ""
    audit.record(
        by,
        "worker.assigned",
        worker,
        chain=held.migration.chain,
        sentence=f"gave {worker} to {owner or CODEOWNERS}{until}",
        owner=owner,
        due=due.isoformat() if due else None,
        issue=issue,
    )
    worker_assigned.send(Worker, worker=held)
    return True
