"""Asking for patches, keeping how far each has come, and pushing those that are offered."""

from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from migration_tracker.accounts.models import User
from migration_tracker.audit import services as audit
from migration_tracker.inventory import code
from migration_tracker.inventory import queries as inventory
from migration_tracker.inventory.models import Migration, Worker
from migration_tracker.jobs import State
from migration_tracker.patches import branch
from migration_tracker.patches.errors import NotAllowed, NothingToPatch, NothingToPush
from migration_tracker.patches.models import Outcome, Patch, Push, Remote, Step


@dataclass(frozen=True, slots=True)
class StepReport:
    """One step as it goes or as it ended; `result` as in smoke runs: running, passed, failed, error, …"""

    key: str
    title: str
    result: str
    seconds: float = 0.0
    detail: str = ""
    evidence: dict[str, Any] = field(default_factory=dict)
    log: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """What became of a patch: its outcome and why, the diff, and what it leaves to people."""

    outcome: Outcome
    reason: str = ""
    diff: str = ""
    undecided: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    seconds: float = 0.0


def request(worker: Worker, *, by: User | None) -> Patch:
    """Queue a patch for `worker` at the commit of the latest scan; one under way is taken as it is.

    Raises:
        NothingToPatch: the worker is not in the latest scan.
        NotAllowed: the migration's code may not run here, as the proof of a patch does.
    """
    if reason := code.refusal(worker.migration):
        raise NotAllowed(reason)
    observation = inventory.current(worker)
    if observation is None:
        raise NothingToPatch(f"{worker} is not in the latest scan: there is no code to patch.")
    try:
        with transaction.atomic():
            patch = Patch.objects.create(
                worker=worker,
                commit=observation.scan.commit,
                fingerprint=observation.fingerprint,
                requested_by=by,
            )
            _record(by, "patch.requested", patch, f"asked for a patch for {worker}")
            patch.enqueue()
            return patch
    except IntegrityError:  # the second of two clicks; should the first be over by now, this one counts
        active: Patch | None = Patch.objects.active().filter(worker=worker).first()
        return active or request(worker, by=by)


def cancel(patch: Patch, *, by: User) -> bool:
    """Stop a patch: at once if it is queued, else as soon as its job looks. False if it is over already."""
    with transaction.atomic():
        queued = Patch.objects.filter(pk=patch.pk, state=State.QUEUED).update(
            state=State.DONE,
            outcome=Outcome.CANCELLED,
            finished_at=timezone.now(),
            reason=f"Cancelled by {by}.",
        )
        running = Patch.objects.filter(pk=patch.pk, state=State.RUNNING).update(cancel_requested=True)
        if queued + running:
            _record(by, "patch.cancelled", patch, f"cancelled the {patch}")
        return bool(queued + running)


def hear_step(patch: Patch, position: int, report: StepReport) -> None:
    """Keep a step as it begins and as it ends, so that the page can show it meanwhile."""
    if not patch.mine().update(heartbeat_at=timezone.now()):
        return
    Step.objects.update_or_create(
        patch=patch,
        attempt=patch.attempt,
        key=report.key,
        defaults={
            "position": position,
            "title": report.title,
            "result": report.result,
            "seconds": report.seconds,
            "detail": report.detail,
            "evidence": report.evidence,
            "log": report.log,
        },
    )


@transaction.atomic
def finish(patch: Patch, proof: Proof) -> bool:
    """Keep what became of a patch; False if this attempt was given up as lost."""
    kept = patch.mine().update(
        state=State.DONE,
        finished_at=timezone.now(),
        outcome=proof.outcome,
        reason=proof.reason,
        diff=proof.diff,
        undecided=list(proof.undecided),
        notes=list(proof.notes),
        seconds=proof.seconds,
    )
    if kept != 1:
        return False
    patch.refresh_from_db()
    _record(None, "patch.finished", patch, f"made a {patch}: {patch.outcome}")
    return True


@transaction.atomic
def give_up(patch: Patch, reason: str) -> None:
    """End a patch whose job was lost too often."""
    ended = (
        Patch.objects.filter(pk=patch.pk, attempt=patch.attempt)
        .active()
        .update(state=State.DONE, outcome=Outcome.ERROR, reason=reason, finished_at=timezone.now())
    )
    if ended:
        _record(None, "patch.finished", patch, f"gave up making a {patch}")


@transaction.atomic
def set_remote(migration: Migration, url: str, *, by: User) -> None:
    """Say where branches may be pushed; an empty address takes that back.

    Raises:
        UnsafeRemote: it is no address that git may push to.
    """
    if not url.strip():
        gone, _ = Remote.objects.filter(migration=migration).delete()
        if gone:
            _record_remote(by, migration, "", "took back where patches may be pushed")
        return
    address = branch.check(url)
    if Remote.objects.filter(migration=migration, url=address).exists():
        return
    Remote.objects.update_or_create(
        migration=migration, defaults={"url": address, "set_by": by, "set_at": timezone.now()}
    )
    _record_remote(by, migration, address, f"lets patches be pushed to {address}")


def request_push(patch: Patch, *, by: User) -> Push:
    """Queue the push of an offered patch; one under way is taken as it is.

    Raises:
        NothingToPush: there is no diff, or no remote.
    """
    remote = Remote.objects.filter(migration=patch.worker.migration).first()
    if remote is None:
        raise NothingToPush("No lead has said where branches of this migration may be pushed.")
    if not patch.offered:
        raise NothingToPush(f"The {patch} has no change to push.")
    try:
        with transaction.atomic():
            push = Push.objects.create(
                patch=patch, url=remote.url, branch=branch.name(patch.worker.name, patch.pk), requested_by=by
            )
            _record(by, "patch.push.requested", patch, f"asked to push the {patch} as {push.branch}")
            push.enqueue()
            return push
    except IntegrityError:
        active: Push | None = Push.objects.active().filter(patch=patch).first()
        return active or request_push(patch, by=by)


@transaction.atomic
def finish_push(push: Push, *, commit: str = "", error: str = "") -> None:
    """Keep how a push ended."""
    if push.mine().update(state=State.DONE, finished_at=timezone.now(), commit=commit, error=error):
        did = "could not push" if error else "pushed"
        _record(
            None, "patch.pushed", push.patch, f"{did} the {push.patch} as {push.branch}", new_commit=commit
        )


@transaction.atomic
def give_up_push(push: Push, reason: str) -> None:
    """End a push whose job was lost too often."""
    ended = Push.objects.filter(pk=push.pk, attempt=push.attempt).active()
    if ended.update(state=State.DONE, error=reason, finished_at=timezone.now()):
        _record(None, "patch.pushed", push.patch, f"gave up pushing the {push.patch}")


def _record(by: User | None, action: str, patch: Patch, sentence: str, **more: str) -> None:
    audit.record(
        by,
        action,
        patch.worker,
        chain=patch.worker.migration.chain,
        sentence=sentence,
        patch=patch.pk,
        commit=patch.commit,
        outcome=patch.outcome,
        **more,
    )


def _record_remote(by: User, migration: Migration, url: str, sentence: str) -> None:
    audit.record(by, "remote.set", migration, chain=migration.chain, sentence=sentence, url=url)
