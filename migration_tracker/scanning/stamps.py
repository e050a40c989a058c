"""Which files are as they were when they were last read, told without reading them, as git's index does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from migration_tracker.scanning.cache import Cache
from migration_tracker.scanning.sources import Entry, Source, Unreadable
from migration_tracker.scanning.sources.source import blob_id, unreadable


class Stamps:
    """Remembers git's id of each file's content by the stamp that the file had before it was read.

    Args:
        source: the files.
        entries: those that will be asked about; their stamps are taken now.
        cache: where it is remembered, by the source's root.
    """

    def __init__(self, source: Source, entries: Iterable[Entry], cache: Cache) -> None:
        self._source = source
        self._cache = cache
        self._key = f"stamps:{source.root}"
        self._now = source.stamps(one.path for one in entries if not one.blob)
        written: Any = cache.get(self._key) if self._now else None
        try:
            self._known = {path: (str(stamp), str(blob)) for path, (stamp, blob) in written.items()}
        except (AttributeError, TypeError, ValueError):  # not there, or written by something else
            self._known = {}

    @property
    def are_known(self) -> bool:
        """Whether anything is remembered of the source."""
        return bool(self._known)

    def ids(self, entries: Iterable[Entry], *, most: int) -> dict[str, str]:
        """The ids of files by path; only those that changed are read. What is no file is left out.

        Args:
            entries: the files.
            most: what is larger, in bytes, is not read.
        """
        found: dict[str, str] = {}
        unknown: list[str] = []
        for entry in entries:
            path = entry.path
            if entry.blob:
                found[path] = entry.blob
            elif (known := self._known.get(path)) and known[0] == self._now.get(path):
                found[path] = known[1]
            else:
                unknown.append(path)
        for path, content in self._source.read(unknown, most=most):
            found[path] = unreadable(content) if isinstance(content, Unreadable) else blob_id(content)
        return found

    def remember(self, ids: Mapping[str, str]) -> None:
        """Write down what the files held that had a stamp before they were read."""
        known = {path: (stamp, ids[path]) for path, stamp in self._now.items() if path in ids}
        if known and known != self._known:
            self._cache.put(self._key, known)
