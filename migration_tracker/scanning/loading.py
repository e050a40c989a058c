"""The Python files of a source, each by git's id of its content, and the reader of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migration_tracker.scanning.cache import Cache, NoCache
from migration_tracker.scanning.reader import Reader
from migration_tracker.scanning.sources import Entry, Source, Unreadable
from migration_tracker.scanning.sources.source import blob_id, unreadable
from migration_tracker.scanning.text import MOST_BYTES


class Loaded:
    """A source, loaded.

    Args:
        source: where the files are read.
        entries: all of them.
        cache: what earlier scans read.
        with_outlines: whether outlines will be asked for.

    Attributes:
        paths: every file, in the order of paths.
        files: git's ids of the Python files, by path. A file that cannot be read has one that no other has,
            and so has any whose id git does not tell while nothing is kept.
        reader: reads them.
    """

    def __init__(
        self, source: Source, entries: Sequence[Entry], cache: Cache, *, with_outlines: bool
    ) -> None:
        self.source = source
        self.paths = [entry.path for entry in entries]
        self.files: dict[str, str] = {}
        self._contents: dict[str, bytes | Unreadable] = {}
        identify = _by_path if isinstance(cache, NoCache) else _by_content
        known = {entry.path: entry.blob for entry in entries if entry.blob}
        python = [path for path in self.paths if path.endswith(".py")]
        for path, content in source.read(python, most=MOST_BYTES):
            if isinstance(content, Unreadable):
                blob = unreadable(content)
            else:
                blob = known.get(path) or identify(path, content)
            self.files[path] = blob
            self._contents[blob] = content
        self.reader = Reader(self._fetch, cache, with_outlines=with_outlines)
        self.reader.load(self.files.values())

    def _fetch(self, blobs: Sequence[str]) -> Iterator[bytes | Unreadable]:
        for blob in blobs:
            yield self._contents[blob]


def _by_content(_path: str, content: bytes) -> str:
    return blob_id(content)


def _by_path(path: str, _content: bytes) -> str:
    return f"not kept: {path}"
