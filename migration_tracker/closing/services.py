"""Closing a finished migration, and opening it again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from migration_tracker.accounts.models import User
from migration_tracker.audit import services as audit
from migration_tracker.bundle import writing
from migration_tracker.closing.models import Closing
from migration_tracker.dashboard.board import Board, board
from migration_tracker.inventory.models import Migration
from migration_tracker.scanning import Verdict


class CannotClose(Exception):
    """The migration is not finished, or is closed or open already; the text is for the person who asked."""


def lacking(whole: Board) -> list[str]:
    """Why a migration is not finished, a sentence each; empty when it may be closed."""
    return list(_lacking(whole))


def close(migration: Migration, *, by: User) -> Closing:
    """Freeze the report and the bundle, and stop what runs by itself. Lint, which needs no server, goes on.

    Raises:
        CannotClose: it is not finished, or closed already.
    """
    whole = board(migration)
    if against := lacking(whole):
        raise CannotClose(f"Not closed: {' '.join(against)}")
    assert whole.scan is not None
    name, digest = _frozen(migration)
    with transaction.atomic():
        now = timezone.now()
        if Migration.objects.filter(pk=migration.pk, closed_at=None).update(closed_at=now) != 1:
            _file(name).unlink(missing_ok=True)
            raise CannotClose("Not recorded: it is closed already.")
        closing = Closing.objects.create(
            migration=migration,
            at=now,
            by=by,
            commit=whole.scan.commit,
            report="\n".join(_report(whole)),
            bundle=name,
            digest=digest,
        )
        sentence = f"closed {migration} at {whole.scan.short_commit}"
        detail = {"commit": whole.scan.commit, "bundle": digest}
        audit.record(by, "migration.closed", migration, chain=migration.chain, sentence=sentence, **detail)
    migration.closed_at = now
    return closing


@transaction.atomic
def reopen(migration: Migration, *, by: User, reason: str) -> None:
    """Let a closed migration go on; what was frozen stays.

    Raises:
        CannotClose: it is open, or no reason is given.
    """
    if not reason.strip():
        raise CannotClose("Not recorded: say why.")
    if Migration.objects.filter(pk=migration.pk, closed_at__isnull=False).update(closed_at=None) != 1:
        raise CannotClose("Not recorded: it is open already.")
    standing = Closing.objects.filter(migration=migration, reopened_at=None)
    standing.update(reopened_at=timezone.now(), reopened_by=by, reason=reason.strip())
    sentence = f"reopened {migration}: {reason.strip()}"
    audit.record(by, "migration.reopened", migration, chain=migration.chain, sentence=sentence)
    migration.closed_at = None


def path_of(closing: Closing) -> Path:
    """The frozen bundle."""
    return _file(closing.bundle)


def _lacking(whole: Board) -> Iterator[str]:
    if whole.scan is None:
        yield "Nothing was scanned yet."
        return
    if whole.unapproved:
        yield "A change of scope waits for approval."
    open_phases = [phase.title for phase in whole.phases if not phase.done and not phase.deferred]
    if open_phases:
        yield f"These phases are not done: {', '.join(open_phases)}."
    deferred = {phase.key for phase in whole.phases if phase.deferred}
    open_workers = [line.name for line in whole.lines if not line.proven and line.phase not in deferred]
    if open_workers:
        counted = f"{len(open_workers)} of {len(whole.lines)} workers"
        yield f"{counted} are not proven, {open_workers[0]} among them."
    unmet = [one.criterion.title for one in whole.criteria if one.verdict != Verdict.MET]
    if unmet:
        yield f"These criteria are not met: {', '.join(unmet)}."


def _report(whole: Board) -> Iterator[str]:
    assert whole.scan is not None
    progress = whole.progress
    yield f"# {whole.migration.name}"
    yield f"At {whole.scan.commit}: {progress.proven} of {progress.total} workers proven."
    yield "\n## Phases"
    for phase in whole.phases:
        state = "done" if phase.done else f"deferred: {phase.deferred}"
        yield f"- {phase.title}: {state}; {phase.proven} of {phase.total} workers proven"
        yield from (
            f"  - waived until {item.waiver.until}: {item.title}"
            for item in phase.items
            if item.waived and item.waiver
        )
    yield "\n## Success criteria"
    yield from (f"- {one.criterion.title}: {one.verdict}. {one.reason}" for one in whole.criteria)
    yield "\n## Workers"
    yield from (f"- {line.name}: {'proven' if line.proven else line.status}" for line in whole.lines)


def _frozen(migration: Migration) -> tuple[str, str]:
    """Write the bundle into a file of ours: its name and SHA-256."""
    name = f"closed/{migration.key}-{uuid4().hex}.zip"
    file = _file(name)
    file.parent.mkdir(exist_ok=True)
    with file.open("x+b") as opened:
        writing.write(migration, opened)
        opened.seek(0)
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
    file.chmod(0o440)
    return name, digest


def _file(name: str) -> Path:
    return Path(settings.DATA_DIR) / name
