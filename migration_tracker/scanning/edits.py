"""Which commits changed some files, or lines that match something, and who made them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from migration_tracker.scanning import git
from migration_tracker.scanning.errors import SourceError

MOST = 20
_FIELDS = ("%H", "%cI", "%an", "%ae", "%s")


@dataclass(frozen=True, slots=True)
class Edit:
    """A commit and its author; `date` is the committer's, as ISO 8601 with its time zone."""

    commit: str
    date: str
    author: str
    email: str
    subject: str


def edits(
    folder: Path, since: str, until: str, paths: Iterable[str], *, lines: str = "", most: int = MOST
) -> tuple[Edit, ...]:
    """The commits between two that changed one of `paths`, the latest first.

    Args:
        folder: the folder of the repository that paths are below.
        since: a commit, left out.
        until: a later commit, taken in.
        paths: paths, or patterns as git's pathspecs have them.
        lines: a regular expression; given, only commits that added or took away a line that matches it.
        most: how many at most.

    Returns:
        None of them where `since` is not there any more, as after a history was rewritten.
    """
    matching = [f"-G{lines}"] if lines else []
    fields = "%x00".join(_FIELDS)
    try:
        written = git.run(
            folder,
            *("log", "-z", f"--max-count={most}", f"--format={fields}", *matching),
            *("--end-of-options", f"{since}..{until}", "--", *paths),
        )
    except SourceError:
        return ()
    told = written.decode(errors="replace").split("\0")
    return tuple(Edit(*told[at : at + len(_FIELDS)]) for at in range(0, len(told) - 1, len(_FIELDS)))
