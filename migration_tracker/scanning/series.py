"""Many trees of one repository, such as the commits of a history: each blob is read once."""

from __future__ import annotations

from collections.abc import Mapping

from migration_tracker.scanning.cache import Cache, NoCache
from migration_tracker.scanning.interpreter import at_full_depth
from migration_tracker.scanning.reader import Fetch, Reader
from migration_tracker.scanning.scope import Scope
from migration_tracker.scanning.survey import Survey, WorkerStatus

MOST_HELD = 150_000_000
"""Bytes of contents. Beyond them, all that the present tree does not have is let go."""


class Series:
    """Tells the statuses of the workers of one tree after another.

        series = Series(scope, fetch, cache)
        for commit in commits:
            series.statuses(files_of(commit))

    Args:
        scope: what to look for, in every tree.
        fetch: gives the contents of blobs by their ids, in the order asked for; what cannot be read, or is
            larger than `text.MOST_BYTES`, as `Unreadable`.
        cache: what earlier scans read; without one every blob is read anew, once.
    """

    def __init__(self, scope: Scope, fetch: Fetch, cache: Cache | None = None) -> None:
        self._reader = Reader(fetch, cache or NoCache(), with_outlines=False)
        self._survey = Survey(scope, self._reader)

    def statuses(self, files: Mapping[str, str]) -> tuple[WorkerStatus, ...]:
        """The status of every worker of a tree, in the order of names; no checklist, no fingerprints.

        Args:
            files: git's ids of the tree's Python files, by path.

        Raises:
            ScopeError: the scope does not fit the files.
        """
        with at_full_depth():
            self._survey.take(dict(files))
            statuses = self._survey.statuses
        self._reader.forget(files.values(), beyond=MOST_HELD)
        return statuses
