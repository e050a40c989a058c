"""A folder on disk as a source."""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from migration_tracker.scanning import git
from migration_tracker.scanning.errors import SourceError
from migration_tracker.scanning.sources.source import LEADS_NOWHERE, LEADS_OUT, Entry, Unreadable, too_large

_SKIPPED_FOLDERS = frozenset({".git", ".hg", ".svn", ".venv", "venv", "node_modules", "__pycache__"})

_UNSETTLED = 2_000_000_000
"""A file that was changed so many nanoseconds ago may change again within the same tick of the file system's
clock, which goes as slowly as this on some; git calls it racily clean."""


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
        state = git.state(self.root)
        self._in_git = state is not None
        self.commit = state.commit if state else None
        self.dirty = state is not None and (state.commit is None or state.differs)

    def entries(self) -> tuple[Entry, ...]:
        paths = git.listed(self.root) if self._in_git else sorted(self._walk())
        return tuple(Entry(path) for path in paths)

    def read(self, paths: Iterable[str], *, most: int) -> Iterator[tuple[str, bytes | Unreadable]]:
        for path in paths:
            if (content := self._read(path, most)) is not None:
                yield path, content

    def stamps(self, paths: Iterable[str]) -> dict[str, str]:
        settled = time.time_ns() - _UNSETTLED
        found = {}
        for path in paths:
            try:
                now = os.lstat(f"{self.root}/{path}")
            except OSError:
                continue
            if stat.S_ISREG(now.st_mode) and max(now.st_mtime_ns, now.st_ctime_ns) <= settled:
                found[path] = f"{now.st_size} {now.st_mtime_ns} {now.st_ctime_ns} {now.st_ino}"
        return found

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
