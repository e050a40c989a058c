"""Noticing, at each scan, that a migration came to ask less than at the scan before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.db.models import Max
from django.utils import timezone

from migration_tracker import definition
from migration_tracker.definition.narrowing import (
    SUPPRESSIONS,
    Allowances,
    Narrowing,
    dropped,
    grown,
    narrowings,
)
from migration_tracker.inventory.models import Migration, Observation, Scan
from migration_tracker.jobs import State
from migration_tracker.scanning.edits import Edit, edits
from migration_tracker.scope.models import ScopeChange, ScopeState
from migration_tracker.scope.services import record

UNREADABLE = Narrowing(
    "definition", "", "the definition of the scan before can no longer be read, so nothing was compared"
)
_ALLOWS = r"#[[:space:]]*migration:"


def hear_scanner(scan: Scan, **_: Any) -> None:
    """Keep what a scan asks less of than the good one before it, and end what it takes back."""
    migration = scan.migration
    before = migration.scans.filter(state=State.DONE, error="", pk__lt=scan.pk).first()
    if before is None:
        return
    for row in migration.scope_changes.exclude(state=ScopeState.REVERTED).select_related("before"):
        _follow(row, scan)
    found = _between(before, scan)
    if not found:
        return
    who = _edits(before, scan, found)
    change = ScopeChange.objects.create(
        migration=migration,
        before=before,
        after=scan,
        narrowings=[one._asdict() for one in found],
        drops=_drops(before, scan),
        edits=[asdict(one) for one in who],
    )
    by = f" by {', '.join(change.authors)}" if change.authors else ""
    record(None, "scope.narrowed", change, f"noticed a change of scope{by}: {'; '.join(change.texts)}")


def _follow(row: ScopeChange, scan: Scan) -> None:
    """Note what of a change a newer scan has taken back."""
    shown = {(one.key, one.what) for one in _between(row.before, scan)}
    if not any((one["key"], one["what"]) in shown for one in row.narrowings):
        ScopeChange.objects.filter(pk=row.pk).update(state=ScopeState.REVERTED, ended_at=timezone.now())
        record(None, "scope.reverted", row, f"noticed that a change of scope was taken back: {row.texts[0]}")
        return
    if row.drops:
        drops = sorted(set(row.drops) & set(_drops(row.before, scan)))
        ScopeChange.objects.filter(pk=row.pk).update(drops=drops)


def _between(before: Scan, after: Scan) -> tuple[Narrowing, ...]:
    workers = after.migration.workers.values_list("name", flat=True)
    try:
        found = narrowings(before.definition, after.definition, workers)
    except definition.DefinitionError:  # a version of the tracker before this one could read it
        found = (UNREADABLE,)
    if before.baseline is None:  # it was scanned before these were counted
        return found
    return found + grown(_allowed(before), _allowed(after))


def _allowed(scan: Scan) -> Allowances:
    return Allowances(scan.baseline or 0, scan.suppressions or 0)


def _edits(before: Scan, after: Scan, found: Iterable[Narrowing]) -> tuple[Edit, ...]:
    """The commits that may have done it: nobody's where the definition was changed without one."""
    folder = Path(after.migration.location)
    names = [f":(literal){one}" for one in (definition.FILE_NAME, after.definition.lint.baseline)]
    who = edits(folder, before.commit, after.commit, names)
    if any(one.key == SUPPRESSIONS for one in found):
        who += edits(folder, before.commit, after.commit, ["*.py"], lines=_ALLOWS)
    return tuple(dict.fromkeys(who))


def _drops(before: Scan, after: Scan) -> list[str]:
    try:
        return dropped(_paths(after.migration), before.definition.scope, after.definition.scope)
    except definition.DefinitionError:
        return []


def _paths(migration: Migration) -> Mapping[str, str]:
    """The path of each worker's file where it was seen last, by the worker's name."""
    seen = Observation.objects.filter(worker__migration=migration)
    last = seen.order_by().values("worker").annotate(last=Max("pk")).values("last")
    return dict(Observation.objects.filter(pk__in=last).values_list("worker__name", "path"))
