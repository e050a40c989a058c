"""Schedules of smoke runs: set by leads, rung by django-celery-beat, made up for when nobody was there."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django_celery_beat.models import CrontabSchedule, PeriodicTask

from migration_tracker.accounts.models import User
from migration_tracker.audit import services as audit
from migration_tracker.inventory import queries as inventory
from migration_tracker.inventory.models import Migration, Worker
from migration_tracker.smoke import services
from migration_tracker.smoke.errors import NoSuchTime, SmokeError
from migration_tracker.smoke.models import Occasion, Schedule, Transport

NIGHTLY = "0 2 * * *"
_FIELDS = ("minute", "hour", "day_of_month", "month_of_year", "day_of_week")


def nightly(instance: Migration, created: bool, **_: Any) -> None:
    """Give a migration that has just been registered its nightly matrix."""
    if created:
        add(instance, cron=NIGHTLY, zone="UTC", transports=Transport.values, by=None)


@transaction.atomic
def add(
    migration: Migration,
    *,
    cron: str,
    zone: str,
    transports: Iterable[str],
    by: User | None,
    phase: str = "",
    worker: Worker | None = None,
) -> Schedule:
    """Have runs asked for from now on.

    Args:
        migration: whose workers.
        cron: when, in cron's five fields.
        zone: the time zone those are read in, by its IANA name.
        transports: out of `Transport`.
        by: who says so; None for the tracker itself.
        phase: the key of the phase that is meant, if not all.
        worker: the worker that is meant, if not all.

    Raises:
        NoSuchTime: `cron` or `zone` cannot be read.
    """
    crontab = _crontab(cron, zone)
    bell = PeriodicTask.objects.create(
        name=f"smoke schedule {uuid4()}", task="smoke.scheduled", crontab=crontab, last_run_at=timezone.now()
    )
    schedule = Schedule.objects.create(
        migration=migration,
        phase=phase,
        worker=worker,
        transports=list(transports),
        crontab=crontab,
        bell=bell,
        set_by=by,
    )
    bell.args = json.dumps([schedule.pk])
    bell.save()
    _record(by, "schedule.set", schedule, f"has {schedule.meant} run: {schedule.words}")
    return schedule


@transaction.atomic
def change(
    schedule: Schedule, *, cron: str, zone: str, transports: Iterable[str], enabled: bool, by: User
) -> None:
    """Change when a schedule runs and on what, or pause it; what was due meanwhile is not made up for.

    Raises:
        NoSuchTime: `cron` or `zone` cannot be read.
    """
    schedule.crontab = schedule.bell.crontab = _crontab(cron, zone)
    schedule.transports, schedule.enabled = list(transports), enabled
    schedule.set_by, schedule.set_at, schedule.last_at = by, timezone.now(), timezone.now()
    schedule.bell.enabled, schedule.bell.last_run_at = enabled, timezone.now()
    schedule.bell.save()
    schedule.save()
    when = schedule.words if enabled else "paused"
    _record(by, "schedule.set", schedule, f"changed when {schedule.meant} is run: {when}")


@transaction.atomic
def remove(schedule: Schedule, *, by: User) -> None:
    """Forget a schedule; the runs it asked for stay."""
    _record(by, "schedule.removed", schedule, f"removed the {schedule}: {schedule.words}")
    schedule.delete()
    schedule.bell.delete()


@transaction.atomic
def run_due(pk: int) -> int:
    """Ask for the runs of a schedule whose time has come; once, however often it is called.

    Returns:
        How many were asked for.
    """
    schedule = Schedule.objects.select_related("migration", "worker", "crontab").filter(pk=pk).first()
    if schedule is None or not schedule.due:
        return 0
    mine = Schedule.objects.filter(pk=pk, last_at=schedule.last_at, enabled=True)
    if mine.update(last_at=timezone.now()) != 1:
        return 0
    asked, trouble = 0, ""
    try:
        asked = len(_ask(schedule))
    except SmokeError as error:
        trouble = str(error)
    Schedule.objects.filter(pk=pk).update(runs=asked, trouble=trouble)
    return asked


def run_all_due() -> None:
    """Make up for schedules whose bell nobody heard."""
    for schedule in Schedule.objects.filter(enabled=True).select_related("crontab"):
        if schedule.due:
            run_due(schedule.pk)


def _ask(schedule: Schedule) -> list[Any]:
    scan = inventory.latest_scan(schedule.migration)
    if scan is None:
        return []
    seen = scan.observations.select_related("scan__migration", "worker__migration")
    if schedule.worker:
        seen = seen.filter(worker=schedule.worker)
    elif schedule.phase:
        seen = seen.filter(phase=schedule.phase)
    return services.ask_for(scan, seen, schedule.transports, by=None, occasion=Occasion.SCHEDULE)


def _crontab(cron: str, zone: str) -> CrontabSchedule:
    parts = cron.split()
    if len(parts) != len(_FIELDS):
        raise NoSuchTime(f"“{cron}” has not cron's five fields; every night at two is: {NIGHTLY}")
    try:
        values = dict(zip(_FIELDS, parts, strict=True), timezone=ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise NoSuchTime(f"There is no time zone “{zone}”; one is Europe/Berlin.") from None
    crontab = CrontabSchedule(**values)
    try:
        crontab.full_clean(validate_unique=False)
        due, wait, _ = crontab.schedule.remaining_delta(timezone.now().astimezone(crontab.timezone))
        due + wait
    except (ValidationError, ValueError, RuntimeError, OverflowError) as error:
        said = " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
        raise NoSuchTime(f"“{cron}” is no time of cron's: {said}") from None
    known = CrontabSchedule.objects.filter(**values).first()
    return known or CrontabSchedule.objects.create(**values)


def _record(by: User | None, action: str, schedule: Schedule, sentence: str) -> None:
    audit.record(
        by,
        action,
        schedule.worker or schedule.migration,
        chain=schedule.migration.chain,
        sentence=sentence,
        schedule=schedule.pk,
        cron=schedule.cron,
        zone=str(schedule.crontab.timezone),
        phase=schedule.phase,
        transports=schedule.transports,
        enabled=schedule.enabled,
    )
