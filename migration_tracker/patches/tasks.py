"""Patches as jobs. The row is the truth: a message lost or doubled, a process killed, changes nothing."""

import logging
from pathlib import Path

from celery import shared_task

from migration_tracker.patches import branch, mail, services
from migration_tracker.patches.errors import PatchError
from migration_tracker.patches.models import Patch, Push
from migration_tracker.patches.proving import prove

log = logging.getLogger(__name__)


@shared_task(name="patches.prove")
def prove_patch(pk: int) -> None:
    """Make one patch and prove it. Safe to deliver twice: only the first call claims the row."""
    patch: Patch | None = Patch.objects.claim(pk)
    if patch is None:
        return
    positions: dict[str, int] = {}

    def on_step(step: services.StepReport) -> None:
        services.hear_step(patch, positions.setdefault(step.key, len(positions)), step)

    with patch.beating() as given_up:
        services.finish(patch, prove(patch, on_step=on_step, cancelled=given_up))


@shared_task(name="patches.push")
def push_branch(pk: int) -> None:
    """Push one patch as a branch. A push that was lost in mid-way is repeated, to the same effect."""
    push: Push | None = Push.objects.claim(pk)
    if push is None:
        return
    patch = push.patch
    with push.beating():
        try:
            made = branch.push(
                Path(patch.worker.migration.location),
                patch.commit,
                patch.diff,
                url=push.url,
                branch=push.branch,
                message=f"{mail.subject(patch)}\n\n{mail.body(patch)}\n",
                author=mail.author(push.requested_by),
                at=push.requested_at,
            )
        except PatchError as error:
            services.finish_push(push, error=str(error))
        else:
            services.finish_push(push, commit=made)


@shared_task(name="patches.reconcile")
def reconcile() -> None:
    """Take up the patches and pushes whose message or process was lost."""
    Patch.objects.select_related("worker__migration").take_up(services.give_up)
    Push.objects.select_related("patch__worker__migration").take_up(services.give_up_push)
