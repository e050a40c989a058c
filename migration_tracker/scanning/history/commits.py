"""The commits of a repository, parents before children."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from migration_tracker.scanning import git
from migration_tracker.scanning.errors import SourceError

_FIELDS = ("%H", "%T", "%P", "%cI", "%an", "%s")


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit.

    `date` is the committer's, as ISO 8601 with its time zone. `on_line` says whether it is on the line of
    first parents that leads to the revision that was asked for: what the branch itself was, step by step.
    """

    id: str
    tree: str
    date: str
    author: str
    subject: str
    on_line: bool


def commits(folder: Path, revision: str) -> list[Commit]:
    """Every commit that leads to a revision, parents before children.

    In a shallow clone these are the commits that are there. A repository without any commit has none, as long
    as it is asked for its HEAD.

    Raises:
        SourceError: it is no repository, or has no such commit.
    """
    try:
        tip = git.commit(folder, revision)
    except SourceError:
        if revision == "HEAD" and is_unborn(folder):
            return []
        raise
    written = git.run(
        folder, "log", "-z", "--topo-order", "--reverse", f"--format={'%x00'.join(_FIELDS)}", tip, "--"
    )
    fields = written.decode(errors="replace").split("\0")
    records = [tuple(fields[at : at + len(_FIELDS)]) for at in range(0, len(fields) - 1, len(_FIELDS))]
    first_parent = {one[0]: one[2].partition(" ")[0] for one in records}
    line = set(_line(tip, first_parent))
    return [
        Commit(commit, tree, date, author, subject, commit in line)
        for commit, tree, _, date, author, subject in records
    ]


def is_unborn(folder: Path) -> bool:
    """Whether a folder is in a repository that has no commit yet on its branch."""
    try:
        git.run(folder, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    except SourceError:
        git.run(folder, "rev-parse", "--git-dir")
        return True
    return False


def is_shallow(folder: Path) -> bool:
    """Whether the repository lacks the older part of its history."""
    return git.run(folder, "rev-parse", "--is-shallow-repository").strip() == b"true"


def _line(tip: str, first_parent: dict[str, str]) -> Iterator[str]:
    commit = tip
    while commit in first_parent:
        yield commit
        commit = first_parent[commit]
