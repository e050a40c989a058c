"""The statuses at each commit: read from the cache by tree, or scanned, each blob once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from migration_tracker.scanning import git
from migration_tracker.scanning.cache import Cache, NoCache
from migration_tracker.scanning.errors import ScopeError
from migration_tracker.scanning.history.commits import Commit, commits
from migration_tracker.scanning.history.trees import Trees
from migration_tracker.scanning.inventory import Status
from migration_tracker.scanning.scope import Scope
from migration_tracker.scanning.sources import Unreadable
from migration_tracker.scanning.sources.objects import Objects
from migration_tracker.scanning.text import MOST_BYTES
from migration_tracker.scanning.version import version

if TYPE_CHECKING:  # all that parses and links: slow to import
    from migration_tracker.scanning.survey import WorkerStatus

Counts = Mapping[Status, int]
Statuses = Mapping[str, Status]


@dataclass(frozen=True, slots=True)
class Point:
    """The status of every worker at a commit, by the path of its file."""

    commit: Commit
    statuses: Statuses

    @property
    def counts(self) -> Counts:
        """How many workers had each status."""
        return Counter(self.statuses.values())

    def as_json(self) -> dict[str, Any]:
        """The fixed JSON of `history --format json`: a line a commit."""
        counts = self.counts
        return {"commit": self.commit.id, "date": self.commit.date} | {
            str(status): counts.get(status, 0) for status in Status
        }


def history(
    folder: Path,
    revision: str,
    scope: Scope,
    cache: Cache | None = None,
    on_commit: Callable[[int, int], None] | None = None,
) -> Iterator[Point]:
    """What a scan of every commit would count, parents before children, by one scope throughout.

    Args:
        folder: the folder of the repository that paths are below.
        revision: the commit, branch or tag that the commits lead to.
        scope: what to look for.
        cache: what earlier runs read; without one every blob is read anew, once.
        on_commit: told how many commits are done, and of how many.

    Raises:
        SourceError: it is no repository, has no such commit, or lacks objects.
        ScopeError: the scope does not fit the files of a commit.
    """
    yield from points(folder, commits(folder, revision), scope, cache, on_commit)


def points(
    folder: Path,
    wanted: Sequence[Commit],
    scope: Scope,
    cache: Cache | None = None,
    on_commit: Callable[[int, int], None] | None = None,
) -> Iterator[Point]:
    """As `history`, for some commits in the order given."""
    if not wanted:
        return
    known = _Known(folder, scope, cache or NoCache())
    missing = [tree for tree in dict.fromkeys(one.tree for one in wanted) if known.get(tree) is None]
    scanned = _scanned(folder, missing, scope, cache)
    for number, commit in enumerate(wanted, 1):
        statuses = known.get(commit.tree)
        if statuses is None:
            try:
                statuses = next(scanned)
            except ScopeError as error:
                raise ScopeError(f"{error} (at commit {commit.id[:10]})") from None
            known.put(commit.tree, statuses)
        if on_commit is not None:
            on_commit(number, len(wanted))
        yield Point(commit, statuses)


def _scanned(folder: Path, trees: Sequence[str], scope: Scope, cache: Cache | None) -> Iterator[Statuses]:
    from migration_tracker.scanning.series import Series  # all that parses and links: slow to import

    with Objects(folder, most=MOST_BYTES) as objects:
        blobs = _Blobs(objects)
        walk = Trees(folder, trees, blobs.take)
        blobs.dead_links = walk.dead_links
        series = Series(scope, blobs.fetch, cache)
        statuses: Statuses = {}
        told: tuple[WorkerStatus, ...] | None = None
        for moved in walk:
            if moved or told is None:
                before, told = told, series.statuses(walk.python)
                if told is not before:
                    statuses = {one.path: one.status for one in told}
            yield statuses


class _Blobs:
    """What was read ahead, until it is asked for; one by one, each would wait for git's answer."""

    def __init__(self, objects: Objects) -> None:
        self.dead_links: Mapping[str, Unreadable] = {}
        self._objects = objects
        self._ready: dict[str, bytes | Unreadable] = {}
        self._taken: set[str] = set()

    def take(self, blobs: Sequence[str]) -> None:
        """Read what was not read yet."""
        new = [blob for blob in dict.fromkeys(blobs) if blob not in self._taken]
        self._taken.update(new)
        self._ready |= zip(new, self._objects.fetch(new), strict=True)

    def fetch(self, blobs: Sequence[str]) -> Iterator[bytes | Unreadable]:
        """The contents of blobs, in the order asked for."""
        missing = [blob for blob in blobs if blob not in self._ready and blob not in self.dead_links]
        rest = self._objects.fetch(missing)
        for blob in blobs:
            if blob in self.dead_links:
                yield self.dead_links[blob]
            else:
                yield self._ready.pop(blob) if blob in self._ready else next(rest)


class _Known:
    """The statuses of trees that were scanned before, in this run or an earlier one.

    Trees whose workers stand alike share one mapping: a history has many trees and few turns.
    """

    def __init__(self, folder: Path, scope: Scope, cache: Cache) -> None:
        self._cache = cache
        self._prefix = "" if isinstance(cache, NoCache) else _prefix(folder, scope)
        self._last: Statuses = {}
        self._statuses: dict[str, Statuses] = {}

    def get(self, tree: str) -> Statuses | None:
        if tree not in self._statuses:
            if not self._prefix:
                return None
            written = self._cache.get(f"{self._prefix}:{tree}")
            try:
                self._hold(tree, {str(path): Status(status) for path, status in written.items()})
            except (AttributeError, TypeError, ValueError):  # not there, or written by something else
                return None
        return self._statuses[tree]

    def put(self, tree: str, statuses: Statuses) -> None:
        self._hold(tree, statuses)
        if self._prefix:
            written = {path: str(status) for path, status in statuses.items()}
            self._cache.put(f"{self._prefix}:{tree}", written)

    def _hold(self, tree: str, statuses: Statuses) -> None:
        if statuses != self._last:
            self._last = statuses
        self._statuses[tree] = self._last


def _prefix(folder: Path, scope: Scope) -> str:
    """What the statuses of trees are kept by: the engine, the folder and the definition."""
    import hashlib  # slow to import, and only needed where something is kept

    place = git.prefix(folder).encode(errors="surrogateescape")
    asked = hashlib.sha256(place + b"\0" + repr(scope).encode()).hexdigest()
    return f"statuses-{version()}-{asked[:32]}"
