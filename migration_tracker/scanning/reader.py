"""Reads what is asked of each blob only once, by way of the cache where it is known."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from migration_tracker.scanning import outline as outlines
from migration_tracker.scanning.cache import Cache
from migration_tracker.scanning.facts.values import ENGINE, Facts
from migration_tracker.scanning.outline import Outline
from migration_tracker.scanning.sources import Unreadable
from migration_tracker.scanning.text import decode

T = TypeVar("T", Facts, Outline)

Fetch = Callable[[Sequence[str]], Iterable[bytes | Unreadable]]
"""Gives the contents of blobs, by their ids, in the order asked for."""


class Reader:
    """The Python files of one tree or of many, by git's id of their content.

    Args:
        fetch: gives the contents of blobs.
        cache: what earlier scans read.
    """

    def __init__(self, fetch: Fetch, cache: Cache) -> None:
        self.unreadable: dict[str, str] = {}
        """Why a blob could not be read, for each that could not."""
        self.cached: set[str] = set()
        """The blobs whose facts came from the cache."""
        self._fetch = fetch
        self._cache = cache
        self._contents: dict[str, bytes] = {}
        self._facts: dict[str, Facts | None] = {}
        self._outlines: dict[str, Outline | None] = {}

    def load(self, blobs: Iterable[str]) -> None:
        """Fetch the contents that are not here yet."""
        missing = [
            blob
            for blob in dict.fromkeys(blobs)
            if blob not in self._contents and blob not in self.unreadable
        ]
        if missing:
            for blob, content in zip(missing, self._fetch(missing), strict=True):
                if isinstance(content, Unreadable):
                    self.unreadable[blob] = content.reason
                else:
                    self._contents[blob] = content

    def content(self, blob: str) -> bytes | None:
        """The bytes of a blob that was loaded; None if it cannot be read."""
        return self._contents.get(blob)

    def facts(self, blob: str) -> Facts | None:
        """The facts of a blob; None if it cannot be read."""
        if blob not in self._facts:
            # Python's own parser refuses at once what LibCST would take minutes over.
            is_sound = self.outline(blob) is not None
            self._facts[blob] = (
                self._read(blob, f"facts-{ENGINE}", Facts.from_json, _parse) if is_sound else None
            )
        return self._facts[blob]

    def outline(self, blob: str) -> Outline | None:
        """The outline of a blob; None if it cannot be read."""
        if blob not in self._outlines:
            self._outlines[blob] = self._read(blob, f"outline-{ENGINE}", Outline.from_json, outlines.read)
        return self._outlines[blob]

    def _read(self, blob: str, kind: str, known: Callable[[Any], T], parse: Callable[[str], T]) -> T | None:
        key = f"{kind}:{blob}"
        try:
            if (written := self._cache.get(key)) is not None:
                result = known(written)
                if kind.startswith("facts"):
                    self.cached.add(blob)
                return result
        except (TypeError, ValueError, LookupError):  # written by something else: read it anew
            pass
        self.load([blob])
        content = self._contents.get(blob)
        if content is None:
            return None
        try:
            read = parse(decode(content))
        except ValueError as error:
            self.unreadable[blob] = str(error)
            return None
        self._cache.put(key, read.as_json())
        return read


def blob_id(content: bytes) -> str:
    """The id that git gives to a content (https://git-scm.com/book/en/v2/Git-Internals-Git-Objects)."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def _parse(text: str) -> Facts:
    from migration_tracker.scanning.facts.reading import (
        read,
    )  # LibCST is slow to import: only when it is needed

    return read(text)
