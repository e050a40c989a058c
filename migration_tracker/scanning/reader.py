"""Reads what is asked of each file only once, by way of the cache where it is known."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from migration_tracker.scanning import outline as outlines
from migration_tracker.scanning.cache import Cache
from migration_tracker.scanning.facts.values import ENGINE, Facts
from migration_tracker.scanning.outline import Outline
from migration_tracker.scanning.text import decode

T = TypeVar("T", Facts, Outline)


class Reader:
    """The Python files of a tree.

    Args:
        contents: their bytes, by path.
        blobs: git's id of their content, where it is known.
        cache: what earlier scans read.
    """

    def __init__(self, contents: Mapping[str, bytes], blobs: Mapping[str, str], cache: Cache) -> None:
        self.contents = contents
        self.unreadable: dict[str, str] = {}
        self.cached = 0
        self._blobs = dict(blobs)
        self._cache = cache
        self._facts: dict[str, Facts | None] = {}
        self._outlines: dict[str, Outline | None] = {}

    @property
    def parsed(self) -> int:
        """How many files were read whole."""
        return sum(facts is not None for facts in self._facts.values())

    def facts(self, paths: Iterable[str]) -> dict[str, Facts]:
        """The facts of files; those that cannot be read are left out and noted."""
        found = {}
        for path in paths:
            if path not in self._facts:
                known = f"facts-{ENGINE}"
                # Python's own parser refuses at once what LibCST would take minutes over.
                is_sound = self.outline(path) is not None
                self._facts[path] = self._read(path, known, Facts.from_json, _parse) if is_sound else None
            facts = self._facts[path]
            if facts is not None:
                found[path] = facts
        return found

    def outline(self, path: str) -> Outline | None:
        """The outline of a file; None if it cannot be read."""
        if path not in self._outlines:
            self._outlines[path] = self._read(path, f"outline-{ENGINE}", Outline.from_json, outlines.read)
        return self._outlines[path]

    def _read(self, path: str, kind: str, known: Callable[[Any], T], parse: Callable[[str], T]) -> T | None:
        if path not in self.contents:
            return None
        key = f"{kind}:{self._blob(path)}"
        try:
            if (written := self._cache.get(key)) is not None:
                result = known(written)
                self.cached += kind.startswith("facts")
                return result
        except (TypeError, ValueError, LookupError):  # written by something else: read it anew
            pass
        try:
            read = parse(decode(self.contents[path]))
        except ValueError as error:
            self.unreadable[path] = str(error)
            return None
        self._cache.put(key, read.as_json())
        return read

    def _blob(self, path: str) -> str:
        if path not in self._blobs:
            content = self.contents[path]
            self._blobs[path] = hashlib.sha1(
                b"blob %d\0" % len(content) + content, usedforsecurity=False
            ).hexdigest()
        return self._blobs[path]


def _parse(text: str) -> Facts:
    from migration_tracker.scanning.facts.reading import (
        read,
    )  # LibCST is slow to import: only when it is needed

    return read(text)
