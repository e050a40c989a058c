"""Waivers: one asks, another decides, time ends them. Every step is an entry of the audit trail."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from migration_tracker.accounts.models import User
from migration_tracker.accounts.roles import DECIDE
from migration_tracker.audit import services as audit
from migration_tracker.checklists import queries
from migration_tracker.checklists.errors import CannotWaive, NoSuchItem, NothingToVouchFor, Overtaken
from migration_tracker.checklists.models import OPEN, Waiver, WaiverQuerySet, WaiverState, today
from migration_tracker.checklists.signals import waiver_lapsed
from migration_tracker.inventory import queries as inventory
from migration_tracker.inventory.models import Migration, Worker

LONGEST = timedelta(days=183)  # what needs longer is asked for again, and looked at again


@transaction.atomic
def ask(worker: Worker, key: str, *, by: User, reason: str, until: date) -> Waiver:
    """Ask that an item of a worker need not be met for a time; it counts for nothing until it is approved.

    Args:
        worker: whose item it is.
        key: the item's key in the definition.
        by: who asks.
        reason: why it cannot be met yet.
        until: the last day on which it is to hold, in UTC; at most `LONGEST` from today.

    Raises:
        NothingToVouchFor: the worker is not in the latest scan.
        NoSuchItem: the definition has no such item.
        CannotWaive: the item is met, the reason is empty, or the day is past or too far away.
        Overtaken: a waiver of the item is asked for or stands already.
    """
    Worker.objects.select_for_update(no_key=True).get(pk=worker.pk)
    observation = inventory.current(worker)
    if observation is None:
        raise NothingToVouchFor(f"{worker} is not in the latest scan: there is nothing to waive.")
    state = queries.item(observation, key)
    if state is None:
        raise NoSuchItem(f"The definition has no checklist item “{key}”.")
    if state.met:
        raise CannotWaive(f"“{state.title}” is met: there is nothing to waive.")
    new = Waiver(worker=worker, item=key, reason=reason, until=until, asked_by=by)
    return _ask(new, state.title, Waiver.objects.filter(worker=worker, item=key))


@transaction.atomic
def ask_of_phase(migration: Migration, phase: str, key: str, *, by: User, reason: str, until: date) -> Waiver:
    """Ask that an item of a phase need not be met for a time; as `ask`.

    Args:
        migration: whose phase.
        phase: the phase's key in the definition of the latest scan.
        key: the item's key there.
        by: who asks.
        reason: why it cannot be met yet.
        until: the last day on which it is to hold, in UTC.

    Raises:
        NoSuchItem: the definition has no such item.
        CannotWaive, Overtaken: as `ask`.
    """
    Migration.objects.select_for_update(no_key=True).get(pk=migration.pk)
    item = queries.phase_item(migration, phase, key)
    if item is None:
        raise NoSuchItem(f"The definition has no item “{key}” of a phase “{phase}”.")
    if item.met:
        raise CannotWaive(f"“{item.title}” is met: there is nothing to waive.")
    new = Waiver(migration=migration, phase=phase, item=key, reason=reason, until=until, asked_by=by)
    return _ask(new, item.title, Waiver.objects.filter(migration=migration, phase=phase, item=key))


def _ask(new: Waiver, title: str, others: WaiverQuerySet) -> Waiver:
    if not new.reason.strip():
        raise CannotWaive("Say why it cannot be met yet.")
    if not today() <= new.until <= today() + LONGEST:
        raise CannotWaive(f"Choose a day from today to {today() + LONGEST:%d %B %Y}.")
    _lapse(others.due())
    if held := others.open().select_related("asked_by").first():
        did = "stands" if held.stands else "is asked for"
        raise Overtaken(f"Not recorded: a waiver of it {did} already, by {held.asked_by}.")
    new.save()
    _record(
        new.asked_by, "waiver.asked", new, f"asked for a waiver of “{title}” of {new.of} until {new.until}"
    )
    return new


@transaction.atomic
def decide(waiver: Waiver, *, by: User, approved: bool, remark: str = "") -> Waiver:
    """Approve or decline what somebody else asked for.

    Raises:
        CannotWaive: `by` asked for it, or its day is past.
        Overtaken: somebody decided or took it back before.
    """
    if by.pk == waiver.asked_by_id:
        raise CannotWaive("Somebody other than who asked must decide. You can withdraw it instead.")
    if waiver.until < today():
        raise CannotWaive(f"It was asked for until {waiver.until}, which is past. Ask for a new one.")
    state = WaiverState.APPROVED if approved else WaiverState.DECLINED
    now = timezone.now()
    _move(
        waiver,
        WaiverState.ASKED,
        state=state,
        decided_by=by,
        decided_at=now,
        remark=remark,
        ended_at=None if approved else now,
    )
    sentence = f"{state} the waiver of “{waiver.item}” of {waiver.of} that {waiver.asked_by} asked for"
    _record(by, f"waiver.{state}", waiver, sentence)
    return waiver


@transaction.atomic
def withdraw(waiver: Waiver, *, by: User) -> Waiver:
    """End a waiver before its time.

    Raises:
        CannotWaive: `by` neither asked for it nor may decide on waivers.
        Overtaken: it is over already.
    """
    if by.pk != waiver.asked_by_id and not by.may(DECIDE, waiver.home.key):
        raise CannotWaive(f"Only {waiver.asked_by}, who asked for it, or a lead can withdraw it.")
    _move(waiver, *OPEN, state=WaiverState.WITHDRAWN, ended_at=timezone.now())
    _record(by, "waiver.withdrawn", waiver, f"withdrew the waiver of “{waiver.item}” of {waiver.of}")
    return waiver


def lapse_due() -> list[Waiver]:
    """Note the waivers whose last day is over; those that had been approved are told to whoever listens."""
    with transaction.atomic():
        return _lapse(Waiver.objects.due())


def _lapse(due: QuerySet[Waiver]) -> list[Waiver]:
    lapsed = []
    for waiver in due.select_related("worker__migration", "migration", "asked_by"):
        stood = waiver.state == WaiverState.APPROVED
        try:
            _move(waiver, waiver.state, state=WaiverState.LAPSED, ended_at=timezone.now())
        except Overtaken:
            continue
        what = "the waiver" if stood else "the undecided request to waive"
        sentence = f"let {what} of “{waiver.item}” of {waiver.of} lapse: it ran until {waiver.until}"
        _record(None, "waiver.lapsed", waiver, sentence)
        if stood:
            waiver_lapsed.send(Waiver, waiver=waiver)
        lapsed.append(waiver)
    return lapsed


def _move(waiver: Waiver, *states: str, **changes: object) -> None:
    """Change a waiver that is still in one of `states`: only the first of two people gets through."""
    if Waiver.objects.filter(pk=waiver.pk, state__in=states).update(**changes) != 1:
        waiver.refresh_from_db()
        raise Overtaken(f"Not recorded: it is {waiver.word} already.")
    waiver.refresh_from_db()


def _record(by: User | None, action: str, waiver: Waiver, sentence: str) -> None:
    audit.record(
        by,
        action,
        waiver.subject,
        chain=waiver.home.chain,
        sentence=sentence,
        waiver=waiver.pk,
        item=waiver.item,
        reason=waiver.reason,
        until=waiver.until.isoformat(),
        remark=waiver.remark,
        **({"phase": waiver.phase} if waiver.phase else {}),
    )
