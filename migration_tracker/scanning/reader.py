"""Reads what is asked of each blob only once, by way of the cache where it is known."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from migration_tracker.scanning.cache import Cache, NoCache
from migration_tracker.scanning.facts.reading import facts_of
from migration_tracker.scanning.facts.values import Facts
from migration_tracker.scanning.imports import Import, imports_in
from migration_tracker.scanning.sources import Unreadable
from migration_tracker.scanning.syntax import Syntax, parse
from migration_tracker.scanning.text import decode
from migration_tracker.scanning.version import version

if TYPE_CHECKING:  # slow to import, and only fingerprints need outlines
    from migration_tracker.scanning.outline import Outline

T = TypeVar("T", Facts, "Outline")

_FACTS, _OUTLINE = "facts", "outline"

Fetch = Callable[[Sequence[str]], Iterable[bytes | Unreadable]]
"""Gives the contents of blobs, by their ids, in the order asked for."""


class Reader:
    """The Python files of one tree or of many, by git's id of their content.

    Args:
        fetch: gives the contents of blobs.
        cache: what earlier scans read.
        with_outlines: whether outlines will be asked for, so that they are read with the facts.
    """

    def __init__(self, fetch: Fetch, cache: Cache, *, with_outlines: bool = True) -> None:
        self.unreadable: dict[str, str] = {}
        """Why a blob could not be read, for each that could not."""
        self.cached: set[str] = set()
        """The blobs whose facts came from the cache."""
        self.contents: dict[str, bytes] = {}
        self._bytes = 0
        """The bytes of the blobs that were loaded and can be read."""
        self._fetch = fetch
        self._cache = cache
        self._keeps_nothing = isinstance(cache, NoCache)
        self._with_outlines = with_outlines
        self._facts: dict[str, Facts | None] = {}
        self._outlines: dict[str, Outline | None] = {}
        self._imports: dict[str, tuple[Import, ...]] = {}

    def load(self, blobs: Iterable[str]) -> None:
        """Fetch the contents that are not here yet."""
        missing = [
            blob for blob in dict.fromkeys(blobs) if blob not in self.contents and blob not in self.unreadable
        ]
        if missing:
            for blob, content in zip(missing, self._fetch(missing), strict=True):
                if isinstance(content, Unreadable):
                    self.unreadable[blob] = content.reason
                else:
                    self.contents[blob] = content
                    self._bytes += len(content)

    def forget(self, kept: Collection[str], *, beyond: int) -> None:
        """Let go of all blobs but those to be kept, once the contents take more than so many bytes in all.

        What was let go is fetched again if it is asked for.
        """
        if self._bytes <= beyond:
            return
        keep = set(kept)
        self.contents = {blob: content for blob, content in self.contents.items() if blob in keep}
        self._facts = {blob: facts for blob, facts in self._facts.items() if blob in keep}
        self._outlines = {blob: outline for blob, outline in self._outlines.items() if blob in keep}
        self._imports = {blob: imports for blob, imports in self._imports.items() if blob in keep}
        self._bytes = sum(map(len, self.contents.values()))

    def facts(self, blob: str) -> Facts | None:
        """The facts of a blob; None if it cannot be read."""
        if blob not in self._facts:
            self._facts[blob] = self._known(blob, _FACTS, Facts.from_json)
            if self._facts[blob] is not None:
                self.cached.add(blob)
            elif (parsed := self._parsed(blob)) is not None:
                self._facts[blob] = self._take(blob, _FACTS, lambda: facts_of(parsed[1]))
                if self._with_outlines and blob not in self._outlines:
                    self._outlines[blob] = self._outline_of(blob, *parsed)
        return self._facts[blob]

    def outline(self, blob: str) -> Outline | None:
        """The outline of a blob; None if it cannot be read."""
        if blob not in self._outlines:
            from migration_tracker.scanning.outline import Outline

            self._outlines[blob] = self._known(blob, _OUTLINE, Outline.from_json)
            if self._outlines[blob] is None and (parsed := self._parsed(blob)) is not None:
                self._outlines[blob] = self._outline_of(blob, *parsed)
        return self._outlines[blob]

    def imports(self, blob: str) -> tuple[Import, ...]:
        """What the bytes of a blob that was loaded may import."""
        if blob not in self._imports:
            self._imports[blob] = imports_in(self.contents.get(blob, b""))
        return self._imports[blob]

    def _outline_of(self, blob: str, text: str, syntax: Syntax) -> Outline | None:
        from migration_tracker.scanning.outline import outline_of

        return self._take(blob, _OUTLINE, lambda: outline_of(text, syntax))

    def _known(self, blob: str, kind: str, read: Callable[[Any], T]) -> T | None:
        if self._keeps_nothing:
            return None
        try:
            written = self._cache.get(_key(kind, blob))
            return read(written) if written is not None else None
        except (TypeError, ValueError, LookupError):  # written by something else: read it anew
            return None

    def _parsed(self, blob: str) -> tuple[str, Syntax] | None:
        self.load([blob])
        content = self.contents.get(blob)
        if content is None:
            return None
        try:
            text = decode(content)
            return text, parse(text)
        except ValueError as error:
            self.unreadable[blob] = str(error)
            return None

    def _take(self, blob: str, kind: str, read: Callable[[], T]) -> T | None:
        try:
            taken = read()
        except ValueError as error:
            self.unreadable[blob] = str(error)
            return None
        if not self._keeps_nothing:
            self._cache.put(_key(kind, blob), taken.as_json())
        return taken


def _key(kind: str, blob: str) -> str:
    """Changes with every change of what is read or how it is written down."""
    return f"{kind}-{version()}:{blob}"
