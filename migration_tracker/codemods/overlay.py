"""A source of files with some of them changed: what a patched tree would be, without writing it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from migration_tracker.scanning import Entry, Source, Unreadable


class Overlay:
    """Another source's files, with changed contents by path; None where a file is gone."""

    commit = None
    dirty = True

    def __init__(self, source: Source, changed: Mapping[str, str | None]) -> None:
        self._source = source
        self._changed = changed

    @property
    def root(self) -> Path:
        return self._source.root

    def entries(self) -> tuple[Entry, ...]:
        return tuple(
            Entry(one.path) if one.path in self._changed else one
            for one in self._source.entries()
            if self._changed.get(one.path, "") is not None
        )

    def stamps(self, paths: Iterable[str]) -> dict[str, str]:
        return self._source.stamps(path for path in paths if path not in self._changed)

    def read(self, paths: Iterable[str], *, most: int) -> Iterator[tuple[str, bytes | Unreadable]]:
        wanted = list(paths)
        yield from self._source.read([path for path in wanted if path not in self._changed], most=most)
        for path in wanted:
            if (content := self._changed.get(path)) is not None:
                yield path, content.encode()
