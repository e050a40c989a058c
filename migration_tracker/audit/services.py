"""Appending to the audit trail, and checking that nobody has touched it."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models, transaction

from migration_tracker.audit.models import Chain, Entry, sealed
from migration_tracker.audit.signals import recorded

TRACKER = "the tracker"
_SAID = (
    *("at", "actor_id", "actor_name", "action", "subject_type", "subject_id", "subject_label"),
    *("sentence", "detail", "position", "previous"),
)


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
    Chain.objects.get_or_create(key=chain)
    end = Chain.objects.select_for_update().get(key=chain)
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


@dataclass(frozen=True, slots=True)
class Verification:
    """What a walk along one chain has found; `flaw` is empty when every entry is as it was written."""

    chain: str
    entries: int
    flaw: str


def verify(chain: str) -> Verification:
    """Walk a chain from its first entry and say where it was altered, if it was."""
    previous, position = "", 0
    entries = Entry.objects.filter(chain=chain).order_by("position").values_list(*_SAID, "digest")
    for at, actor, name, action, *subject, sentence, detail, place, before, digest in entries.iterator(5000):
        position += 1
        if place != position:
            return Verification(chain, position - 1, f"entry {position} is missing")
        if before != previous:
            return Verification(chain, position, f"entry {position} does not follow from the one before it")
        content = {
            "chain": chain,
            "position": place,
            "at": at.isoformat(),
            "actor": actor,
            "actor_name": name,
            "action": action,
            "subject": subject,
            "sentence": sentence,
            "detail": detail,
            "previous": before,
        }
        if digest != sealed(content):
            return Verification(chain, position, f"entry {position} was altered after it was written")
        previous = digest
    end = Chain.objects.filter(key=chain).first()
    if end and (end.length, end.head) != (position, previous):
        return Verification(
            chain, position, f"the chain ends at entry {position}, but {end.length} were written"
        )
    return Verification(chain, position, "")
