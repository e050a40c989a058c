"""A worker in, a patch out: the migration of a worker to the replacement, written with LibCST. No Django.

    patch = propose(WorkTree(folder), definition.scope, definition.conventions, "claimx/download_worker")
    print(diff(patch), end="")

Nothing that is read is ever run, but for the repository's own formatter.
"""

from migration_tracker.codemods.conventions import conventions
from migration_tracker.codemods.errors import (
    CannotWrite,
    PatchError,
    Refused,
    TopicsUnreadable,
    UnknownWorker,
)
from migration_tracker.codemods.overlay import Overlay
from migration_tracker.codemods.propose import propose
from migration_tracker.codemods.rendering import diff, summary
from migration_tracker.codemods.values import MARK, Change, Conventions, Patch, Todo
from migration_tracker.codemods.writing import write

__all__ = [
    "MARK",
    "CannotWrite",
    "Change",
    "Conventions",
    "Overlay",
    "Patch",
    "PatchError",
    "Refused",
    "Todo",
    "TopicsUnreadable",
    "UnknownWorker",
    "conventions",
    "diff",
    "propose",
    "summary",
    "write",
]
