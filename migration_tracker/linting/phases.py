"""Atomic phases: all of their workers are migrated in one merge, or none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from migration_tracker.definition import Definition
from migration_tracker.linting.outcome import Check, Problem
from migration_tracker.scanning import Inventory, Place, Status, WorkerReport


def partial(
    definition: Definition, now: Inventory, then: Inventory | None, renamed: Mapping[str, str]
) -> list[Problem]:
    """The atomic phases that some of their workers have finished and some have not.

    Args:
        definition: says which phases are atomic.
        now: the scan of what is to be merged.
        then: the scan of what it is merged into; only workers that were not migrated there count. Without it
            all do.
        renamed: the present paths of files, by those they had then.
    """
    found = []
    for phase in definition.phases:
        if phase.atomic:
            workers = [one for one in now.workers if one.phase == phase.key]
            if then is not None:
                open_then = {renamed.get(one.path, one.path) for one in then.workers if not _is_done(one)}
                workers = [one for one in workers if one.path in open_then]
            done = [one for one in workers if _is_done(one)]
            left = [one for one in workers if not _is_done(one)]
            if done and left:
                message = (
                    f"{phase.key} is atomic and would be merged in part: migrated: {_names(done)};"
                    f" not migrated: {_names(left)}. Merge all of it, or none"
                )
                about = tuple(one.path for one in (*done, *left))
                found.append(Problem(Check.PARTIAL, Place(left[0].path, 1, 1), message, about))
    return found


def _is_done(worker: WorkerReport) -> bool:
    return worker.status in {Status.MIGRATED, Status.NONE}  # without a client there is nothing to migrate


def _names(workers: Iterable[WorkerReport]) -> str:
    return ", ".join(one.name for one in workers)
