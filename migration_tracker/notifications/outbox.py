"""The outbox: rows written in the transaction of what they tell of, sent by jobs, tried again."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from migration_tracker.accounts.models import User
from migration_tracker.accounts.roles import READ
from migration_tracker.inventory.models import Migration, Worker
from migration_tracker.jobs import State
from migration_tracker.notifications.models import Channel, Delivery, Event, Kind, Notice, Outcome
from migration_tracker.smoke.models import Occasion, SmokeRun

JOIN_SECONDS = 60
LONGEST_JOIN = timedelta(minutes=15)
BACKOFF_SECONDS = (30, 120, 600, 3600, 6 * 3600)
_LEADS = ("lead", "administrator")
_OF_RUNS = (Event.PROOF_LOST, Event.RUN_FAILED, Event.RECOVERED)


@transaction.atomic
def tell(
    event: Event,
    text: str,
    *,
    key: str,
    cause: str,
    path: str,
    migration: Migration,
    worker: Worker | None = None,
    owners: Collection[str] = (),
    streak: int = 0,
) -> Notice | None:
    """Put a message into the outbox for each channel that wants it; one of the same cause that waits is added
    to.

    Args:
        event: what happened.
        text: the same in a sentence.
        key: what it is known by; what was told once is not told again.
        cause: why; what has one cause is one message.
        path: of the page that tells more.
        migration: where it happened.
        worker: to whom.
        owners: who should act.
        streak: see `Channel.wants`.

    Returns:
        What is told; None if nobody wants to know, or it was told before.
    """
    wanted = [one for one in migration.channels.all() if one.wants(event, owners, streak)]
    if not wanted:
        return None
    notice, new = Notice.objects.get_or_create(
        key=key,
        defaults={"migration": migration, "worker": worker, "event": event, "text": text, "path": path},
    )
    if not new:
        return None
    for channel in wanted:
        for recipient in recipients(channel, owners):
            put(channel, recipient, notice, cause)
    return notice


def put(channel: Channel, recipient: str, notice: Notice, cause: str, *, wait: float = JOIN_SECONDS) -> None:
    """Add a notice to the message of that cause that waits for its time, or begin one."""
    cause = cause[:300]
    waiting = Delivery.objects.filter(
        channel=channel, recipient=recipient, cause=cause, state=State.QUEUED, attempt=0
    )
    delivery = waiting.select_for_update().first()
    if delivery is None:
        at = timezone.now() + timedelta(seconds=wait)
        try:
            with transaction.atomic():
                delivery = Delivery.objects.create(
                    channel=channel, recipient=recipient, cause=cause, enqueued_at=at
                )
                delivery.enqueue(wait)
        except IntegrityError:  # somebody else began it meanwhile
            put(channel, recipient, notice, cause, wait=wait)
            return
    delivery.notices.add(notice)


def postpone(pk: int) -> bool:
    """Let a message wait on while runs of the schedule are under way that may have the same cause."""
    delivery = Delivery.objects.select_related("channel").filter(pk=pk, state=State.QUEUED, attempt=0).first()
    if delivery is None or timezone.now() - delivery.requested_at > LONGEST_JOIN:
        return False
    if not delivery.notices.filter(event__in=_OF_RUNS).exists():
        return False
    under_way = SmokeRun.objects.active().filter(
        worker__migration=delivery.channel.migration_id, occasion__in=(Occasion.CHANGE, Occasion.SCHEDULE)
    )
    if not under_way.exists():
        return False
    at = timezone.now() + timedelta(seconds=JOIN_SECONDS)
    waiting = Delivery.objects.filter(pk=pk, state=State.QUEUED, attempt=0)
    if waiting.update(enqueued_at=at):
        delivery.enqueue(JOIN_SECONDS)
    return True


def try_again(delivery: Delivery, answer: str) -> bool:
    """Put a message off that was not taken; False if it was tried often enough."""
    if delivery.attempt > len(BACKOFF_SECONDS):
        return False
    delivery.mine().update(answer=answer)
    return delivery.put_off(BACKOFF_SECONDS[delivery.attempt - 1])


def finish(delivery: Delivery, outcome: Outcome, answer: str) -> None:
    """Keep how a message ended."""
    delivery.mine().update(
        state=State.DONE, outcome=outcome, answer=answer, finished_at=timezone.now(), heartbeat_at=None
    )


def give_up(delivery: Delivery, reason: str) -> None:
    """End a message whose job was lost too often."""
    held = Delivery.objects.filter(pk=delivery.pk, attempt=delivery.attempt).active()
    held.update(state=State.DONE, outcome=Outcome.FAILED, answer=reason, finished_at=timezone.now())


def recipients(channel: Channel, owners: Collection[str]) -> list[str]:
    """The addresses that a channel reaches."""
    match channel.kind:
        case Kind.OWNER:
            found = [_email(owner, channel.migration.key) for owner in owners]
        case Kind.LEADS:
            here = Q(memberships__migration=channel.migration.key, memberships__role__in=_LEADS)
            leads = User.objects.filter(Q(groups__name__in=_LEADS) | here, is_active=True)
            found = list(leads.order_by("pk").values_list("email", flat=True))
        case _:
            found = [channel.address]
    return [one for one in dict.fromkeys(found) if one]


def _email(owner: str, migration: str) -> str:
    """An owner's address: as CODEOWNERS has it, or of the person of that name who may see the migration."""
    if "@" in owner[1:]:
        return owner
    person = User.objects.filter(username__iexact=owner.removeprefix("@"), is_active=True).first()
    return person.email if person and person.may(READ, migration) else ""
