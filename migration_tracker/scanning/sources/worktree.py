"""A folder on disk as a source."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from migration_tracker.scanning import git
from migration_tracker.scanning.errors import SourceError
from migration_tracker.scanning.sources.source import LEADS_NOWHERE, LEADS_OUT, Entry, Unreadable, too_large

_SKIPPED_FOLDERS = frozenset({".git", ".hg", ".svn", ".venv", "venv", "node_modules", "__pycache__"})


class WorkTree:
    """A folder on disk: tracked and unignored files in git, all files outside it.

    Args:
        path: the folder.

    Raises:
        SourceError: there is no such folder, or it cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.root = path.resolve()
        if not self.root.exists():
            raise SourceError(f"{path}: there is no such folder")
        if not self.root.is_dir():
            raise SourceError(f"{path}: not a folder; name the repository's folder")
        if not os.access(self.root, os.R_OK | os.X_OK):
            raise SourceError(f"{path}: no permission to read it")
        self._in_git = git.is_inside(self.root)
        self.commit = self._head()
        self.dirty = self._in_git and (self.commit is None or git.differs(self.root))

    def entries(self) -> tuple[Entry, ...]:
        paths = git.listed(self.root) if self._in_git else sorted(self._walk())
        return tuple(Entry(path) for path in paths)

    def read(self, paths: Iterable[str], *, most: int) -> Iterator[tuple[str, bytes | Unreadable]]:
        for path in paths:
            if (content := self._read(path, most)) is not None:
                yield path, content

    def _read(self, path: str, most: int) -> bytes | Unreadable | None:
        place = os.path.join(self.root, path)  # noqa: PTH118  pathlib is slow over many files
        try:
            if os.path.islink(place) and not Path(place).resolve(strict=True).is_relative_to(self.root):  # noqa: PTH114
                return Unreadable(path, LEADS_OUT)
            with open(place, "rb") as file:  # noqa: PTH123
                size = os.fstat(file.fileno()).st_size
                return Unreadable(path, too_large(size, most)) if size > most else file.read()
        except FileNotFoundError:  # deleted but still tracked is simply gone; a link may hang
            return Unreadable(path, LEADS_NOWHERE) if os.path.islink(place) else None  # noqa: PTH114
        except IsADirectoryError:
            return None
        except RuntimeError:  # how a loop of links is told until Python 3.13
            return Unreadable(path, LEADS_NOWHERE)
        except OSError as error:
            looped = error.errno == errno.ELOOP
            return Unreadable(path, LEADS_NOWHERE if looped else f"cannot be read: {error.strerror}")

    def _walk(self) -> Iterator[str]:
        for folder, folders, files in os.walk(self.root):
            folders[:] = [name for name in folders if name not in _SKIPPED_FOLDERS]
            below = os.path.relpath(folder, self.root)
            for name in files:
                yield name if below == "." else f"{below}/{name}".replace(os.sep, "/")

    def _head(self) -> str | None:
        try:
            return git.commit(self.root, "HEAD") if self._in_git else None
        except SourceError:  # a repository without a commit
            return None
