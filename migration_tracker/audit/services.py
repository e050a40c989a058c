"""Appending to the audit trail."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models, transaction

from migration_tracker.audit.models import Chain, Entry
from migration_tracker.audit.signals import recorded

TRACKER = "the tracker"


def record(
    by: AbstractBaseUser | None,
    action: str,
    subject: models.Model,
    *,
    chain: str,
    sentence: str,
    **detail: Any,
) -> Entry:
    """Append one entry; call it in the transaction of the change, so that both stand or fall together.

    Args:
        by: who made the change; None for a scheduled job.
        action: a dotted verb such as ``item.ticked``.
        subject: the stored thing that was changed.
        chain: ``installation`` or the chain of one migration (`Migration.chain`).
        sentence: what was done, to be read after the actor's name.
        detail: what else to keep; JSON values.

    Raises:
        TransactionManagementError: outside a transaction.
    """
    connection = transaction.get_connection()
    connection.validate_no_broken_transaction()
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            f"{action} was recorded outside the transaction of its change"
        )
    ends = Chain.objects.select_for_update().filter(key=chain)
    if not (end := ends.first()):
        Chain.objects.get_or_create(key=chain)
        end = ends.get()
    entry = Entry(
        chain=end,
        position=end.length + 1,
        actor_id=by.pk if by else None,
        actor_name=by.get_username() if by else TRACKER,
        action=action,
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        subject_label=str(subject)[:300],
        sentence=sentence[:500],
        detail=detail,
        previous=end.head,
    )
    entry.digest = entry.seal()
    entry.save(force_insert=True)
    end.length, end.head = entry.position, entry.digest
    end.save(update_fields=["length", "head"])
    recorded.send(Entry, entry=entry, subject=subject)
    return entry
