"""Fingerprints: over a worker's file, every module of the tree it reaches by import, and what is named."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from migration_tracker.scanning import globs
from migration_tracker.scanning.cache import Cache, NoCache
from migration_tracker.scanning.imports import Import, Reaching
from migration_tracker.scanning.loading import Loaded
from migration_tracker.scanning.modules import Modules
from migration_tracker.scanning.scope import Scope
from migration_tracker.scanning.selection import select
from migration_tracker.scanning.sources import Source, Unreadable

_MOST_BYTES = 20_000_000


@dataclass(frozen=True, slots=True)
class Part:
    """A file that counts in a fingerprint, and the digest of what counts of it.

    `why` is `worker` for the worker's own file, `import` for what it reaches, `also` for what the definition
    names.
    """

    path: str
    digest: str
    why: str


class Fingerprints:
    """Takes the fingerprints of a tree's workers.

    Args:
        loaded: the tree.
        modules: its modules.
        also: globs of what else counts.
    """

    def __init__(self, loaded: Loaded, modules: Modules, also: Iterable[str]) -> None:
        self.warnings: list[str] = []
        self._loaded = loaded
        self._reaching = Reaching(modules, self._imports)
        self._also = tuple(part for pattern in also for part in self._named(pattern))

    def parts(self, path: str) -> tuple[Part, ...]:
        """Everything that counts in the fingerprint of a worker's file, by path."""
        parts = {part.path: part for part in self._also}
        for one in self._reaching.reached([path]):
            parts[one] = Part(one, self._digest(one), "worker" if one == path else "import")
        return tuple(parts[one] for one in sorted(parts))

    def of(self, path: str) -> str:
        """The fingerprint of a worker's file."""
        return digest(self.parts(path))

    def _named(self, pattern: str) -> list[Part]:
        matches = globs.matcher([pattern])
        paths = [path for path in self._loaded.paths if matches(path)]
        if not paths:
            self.warnings.append(f"fingerprint.also: “{pattern}” matches no file")
        parts = []
        for path, content in self._loaded.source.read(paths, most=_MOST_BYTES):
            if isinstance(content, Unreadable):
                self.warnings.append(f"fingerprint.also: {path}: {content.reason}")
            elif path in self._loaded.files:
                parts.append(Part(path, self._digest(path), "also"))
            else:
                parts.append(Part(path, hashlib.sha256(content).hexdigest(), "also"))
        return parts

    def _imports(self, path: str) -> tuple[Import, ...]:
        outline = self._loaded.reader.outline(self._loaded.files[path])
        return outline.imports if outline is not None else ()

    def _digest(self, path: str) -> str:
        """What counts of a Python file: its outline; if it has none, all of it, or why it cannot be read."""
        blob = self._loaded.files[path]
        if (outline := self._loaded.reader.outline(blob)) is not None:
            return outline.digest
        reader = self._loaded.reader
        content = reader.contents.get(blob, reader.unreadable.get(blob, "").encode())
        return hashlib.sha256(content).hexdigest()


def digest(parts: Iterable[Part]) -> str:
    """One digest over many parts, in the order of paths."""
    joined = "\n".join(f"{part.path}\0{part.digest}" for part in parts)
    return hashlib.sha256(joined.encode(errors="surrogateescape")).hexdigest()


def explain(
    source: Source, scope: Scope, cache: Cache | None = None, *, only: str | None = None
) -> dict[str, tuple[Part, ...]]:
    """What is in the fingerprint of each worker, by the worker's name.

    Args:
        source: the files, of a work tree or of a revision.
        scope: what is a worker, and what else counts.
        cache: what earlier scans read.
        only: the name of the one worker that is meant; without it all are.

    Raises:
        SourceError: the files cannot be read.
        ScopeError: the scope does not fit them.
    """
    loaded = Loaded(source, source.entries(), cache or NoCache(), with_outlines=True)
    workers, _ = select(loaded.files, scope)
    fingerprints = Fingerprints(loaded, Modules(loaded.files, scope.source_roots), scope.also)
    return {one.name: fingerprints.parts(one.path) for one in workers if only in (None, one.name)}
