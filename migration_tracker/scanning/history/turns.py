"""A worker's own line: when its status turned, and by which commit, under whatever name its file had."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from migration_tracker.scanning import git
from migration_tracker.scanning.cache import Cache
from migration_tracker.scanning.errors import SourceError
from migration_tracker.scanning.history.commits import Commit, commits
from migration_tracker.scanning.history.points import points
from migration_tracker.scanning.inventory import Status
from migration_tracker.scanning.scope import Scope
from migration_tracker.scanning.selection import select


@dataclass(frozen=True, slots=True)
class Turn:
    """A commit at which a worker's status or path changed; both are None from the commit that removed it."""

    commit: Commit
    status: Status | None
    path: str | None

    def as_json(self) -> dict[str, Any]:
        """A line of `history --worker NAME --format json`."""
        return {
            "commit": self.commit.id,
            "date": self.commit.date,
            "status": self.status,
            "path": self.path,
            "author": self.commit.author,
            "subject": self.commit.subject,
        }


def turns(
    folder: Path,
    revision: str,
    worker: str,
    scope: Scope,
    cache: Cache | None = None,
    on_commit: Callable[[int, int], None] | None = None,
) -> Iterator[Turn]:
    """The turns of one worker on the line of first parents, oldest first; its file's renames are followed.

    Args:
        folder: the folder of the repository that paths are below.
        revision: the commit, branch or tag at which the worker has its name.
        worker: the worker's name there.
        scope: what to look for.
        cache: what earlier runs read.
        on_commit: told how many commits are done, and of how many.

    Raises:
        SourceError: it is no repository, or has no such commit or worker.
        ScopeError: the scope does not fit the files.
    """
    line = [commit for commit in commits(folder, revision) if commit.on_line]
    if not line:
        raise SourceError(f"{folder}: no commit yet; a worker's history begins with the first")
    names = _names(folder, line[-1].id, _path(folder, line[-1].id, worker, scope))
    began: dict[str, str] = {commit: path for commit, path in names if commit}
    done = 0
    last: tuple[Status | None, str | None] = (None, None)
    for path, part in _parts(line, began, names[-1][1]):
        alone = replace(scope, include=(_literal(path),), exclude=(), roots=(".",), phases=())
        for point in points(folder, part, alone, cache):
            done += 1
            if on_commit is not None:
                on_commit(done, len(line))
            status = next((status for status, number in point.counts.items() if number), None)
            now = (status, path if status else None)
            if now != last:
                yield Turn(point.commit, *now)
                last = now


def _parts(
    line: Sequence[Commit], began: Mapping[str, str], oldest: str
) -> Iterator[tuple[str, list[Commit]]]:
    """The line in parts, each with the path that the file had in it."""
    path, part = oldest, list[Commit]()
    for commit in line:
        if commit.id in began:
            yield path, part
            path, part = began[commit.id], []
        part.append(commit)
    yield path, part


def _path(folder: Path, commit: str, worker: str, scope: Scope) -> str:
    workers, _ = select((entry.path for entry in git.tree(folder, commit)), scope)
    paths = {one.name: one.path for one in workers}
    if worker not in paths:
        import difflib  # slow to import, and only needed to help with an error

        near = difflib.get_close_matches(worker, paths, 1)
        advice = f"did you mean {near[0]}?" if near else "see migration-tracker scan for the names"
        raise SourceError(f"no worker “{worker}” at {commit[:10]}; {advice}")
    return paths[worker]


def _names(folder: Path, commit: str, path: str) -> list[tuple[str | None, str]]:
    """The paths of a file, newest first, each with the commit that gave it that path; None for the oldest."""
    prefix = git.prefix(folder)
    written = git.run(
        folder,
        *("log", "-z", "--first-parent", "--diff-merges=first-parent", "--follow", "--find-renames"),
        *("--name-status", "--diff-filter=R", "--format=%H", commit, "--", path),
    )
    names: list[tuple[str | None, str]] = []
    tokens = iter(os.fsdecode(token).strip("\n") for token in written.split(b"\0"))
    at = None
    for token in tokens:
        if token.startswith("R") and at is not None:
            before, after = next(tokens), next(tokens)
            names.append((at, after.removeprefix(prefix)))
            path = before.removeprefix(prefix)
            at = None
        elif token:
            at = token
    return [*names, (None, path)]


def _literal(path: str) -> str:
    """A glob that matches one path only."""
    return "".join(f"[{character}]" if character in "*?[" else character for character in path)
