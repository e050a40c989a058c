"""Setting and trying channels."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from migration_tracker.accounts.models import User
from migration_tracker.audit import services as audit
from migration_tracker.inventory.models import Migration
from migration_tracker.notifications import outbox
from migration_tracker.notifications.errors import CannotTell
from migration_tracker.notifications.models import Channel, Event, Kind, Notice


@transaction.atomic
def add(
    migration: Migration,
    *,
    kind: str,
    address: str,
    events: Iterable[str],
    by: User,
    owner: str = "",
    threshold: int = 1,
) -> Channel:
    """Have somebody told from now on.

    Args:
        migration: of what happens there.
        kind: out of `Kind`.
        address: of the webhook or the mailbox; empty for owners and leads.
        events: out of `Event`.
        by: who says so.
        owner: whose workers only; empty for all.
        threshold: how many runs in a row must fail before a failure is told.
    """
    channel = Channel.objects.create(
        migration=migration,
        kind=kind,
        address="" if kind in (Kind.OWNER, Kind.LEADS) else address,
        owner=owner,
        events=list(events),
        threshold=threshold,
        set_by=by,
    )
    _record(by, "channel.set", channel, f"has {channel} told of what happens")
    return channel


@transaction.atomic
def change(channel: Channel, *, events: Iterable[str], owner: str, threshold: int, by: User) -> None:
    """Have it told of something else from now on; what waits in it is still sent. See `add`."""
    channel.events, channel.owner, channel.threshold = list(events), owner, threshold
    channel.set_by, channel.set_at = by, timezone.now()
    channel.save(update_fields=["events", "owner", "threshold", "set_by", "set_at"])
    _record(by, "channel.changed", channel, f"changed what {channel} is told of")


@transaction.atomic
def remove(channel: Channel, *, by: User) -> None:
    """Tell nobody by this channel any more; what waits in it is not sent."""
    _record(by, "channel.removed", channel, f"removed the channel {channel}")
    channel.delete()


@transaction.atomic
def test(channel: Channel, *, by: User) -> int:
    """Send a test message at once.

    Returns:
        How many recipients it goes to.

    Raises:
        CannotTell: it reaches nobody.
    """
    reached = outbox.recipients(channel, [by.get_username()])
    if not reached:
        raise CannotTell("It reaches nobody: no e-mail address is known of whom it is meant for.")
    notice = Notice.objects.create(
        key=f"test of {channel.pk} at {timezone.now().isoformat()}",
        migration=channel.migration,
        event=Event.TEST,
        text=f"A test that {by} asked for.",
        path=channel.migration.get_absolute_url(),
    )
    for recipient in reached:
        outbox.put(channel, recipient, notice, notice.key, wait=0)
    _record(by, "channel.tested", channel, f"tried the channel {channel}")
    return len(reached)


def _record(by: User, action: str, channel: Channel, sentence: str) -> None:
    audit.record(
        by,
        action,
        channel.migration,
        chain=channel.migration.chain,
        sentence=sentence,
        channel=channel.pk,
        kind=channel.kind,
        address=channel.shown,
        owner=channel.owner,
        events=channel.events,
        threshold=channel.threshold,
    )
