"""A commit as a source, read from git's objects."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from migration_tracker.scanning import git
from migration_tracker.scanning.errors import SourceError
from migration_tracker.scanning.sources.links import LINK, followed, target
from migration_tracker.scanning.sources.source import Entry, Unreadable, too_large

_EXECUTABLE = "100755"
MOST_WRITTEN = 2_000_000_000
"""Bytes of all files together; a small commit can name one large file any number of times."""


class Revision:
    """A commit, read from git's objects: nothing is checked out, no hook and no filter runs.

    Args:
        path: a folder of the repository; paths are below it.
        revision: a commit, branch or tag.

    Raises:
        SourceError: it is no repository, or has no such commit.
    """

    dirty = False

    def __init__(self, path: Path, revision: str = "HEAD") -> None:
        if not path.exists():
            raise SourceError(f"{path}: there is no such folder")
        self.root = path.resolve()
        self.commit: str = git.commit(self.root, revision)
        self._tree: dict[str, git.TreeEntry] | None = None

    def entries(self) -> tuple[Entry, ...]:
        return tuple(
            Entry(path, entry.blob if entry.mode != LINK else None)  # a link's blob is not what it leads to
            for path, entry in sorted(self._files().items())
        )

    def read(self, paths: Iterable[str], *, most: int) -> Iterator[tuple[str, bytes | Unreadable]]:
        found: list[tuple[str, git.TreeEntry | Unreadable]] = []
        for path in paths:
            if path in self._files():
                entry = self._followed(path)
                if isinstance(entry, git.TreeEntry) and entry.size > most:
                    entry = Unreadable(path, too_large(entry.size, most))
                found.append((path, entry))
        contents = git.blobs(
            self.root, [entry.blob for _, entry in found if isinstance(entry, git.TreeEntry)]
        )
        for path, entry in found:
            yield path, next(contents) if isinstance(entry, git.TreeEntry) else entry

    def stamps(self, paths: Iterable[str]) -> dict[str, str]:  # noqa: ARG002  what git has, has an id
        return {}

    def export(self, folder: Path, *, most: int = MOST_WRITTEN) -> None:
        """Write the files out below a new folder; links that lead out of the tree are left out.

        Raises:
            SourceError: the folder is there already, or cannot be written, or the files have more than `most`
                bytes together.
        """
        entries = [entry for entry in self._files().values() if _is_plain(entry.path)]
        size = sum(entry.size for entry in entries)
        if size > most:
            raise SourceError(
                f"{self.root}: the files of {self.commit[:10]} have {size:,} bytes together; at most {most:,}"
                " are written out"
            )
        try:
            folder.mkdir(parents=True)
            files = [entry for entry in entries if entry.mode != LINK]
            for entry, content in zip(files, git.blobs(self.root, [e.blob for e in files]), strict=True):
                place = folder / entry.path
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content)
                if entry.mode == _EXECUTABLE:
                    place.chmod(0o755)
            links = [entry for entry in entries if entry.mode == LINK]
            for entry, content in zip(links, git.blobs(self.root, [e.blob for e in links]), strict=True):
                if target(entry.path, content) is not None:
                    place = folder / entry.path
                    place.parent.mkdir(parents=True, exist_ok=True)
                    place.symlink_to(os.fsdecode(content))
        except OSError as error:
            raise SourceError(f"{folder}: cannot write the checkout: {error.strerror}") from error

    def _files(self) -> dict[str, git.TreeEntry]:
        if self._tree is None:
            self._tree = {entry.path: entry for entry in git.tree(self.root, self.commit)}
        return self._tree

    def _followed(self, path: str) -> git.TreeEntry | Unreadable:
        place = followed(path, self._files(), lambda blob: next(git.blobs(self.root, [blob])))
        return place if isinstance(place, Unreadable) else self._files()[place]


def _is_plain(path: str) -> bool:
    return not path.startswith("/") and not {"..", ".git"} & set(path.split("/"))
