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
        self._prefix = f"{str(self.root).rstrip('/')}/"
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
                now = os.lstat(f"{self._prefix}{path}")
            except OSError:
                continue
            if stat.S_ISREG(now.st_mode) and max(now.st_mtime_ns, now.st_ctime_ns) <= settled:
                found[path] = f"{now.st_size} {now.st_mtime_ns} {now.st_ctime_ns} {now.st_ino}"
        return found

    def _read(self, path: str, most: int) -> bytes | Unreadable | None:
        place = f"{self._prefix}{path}"
        try:
            try:
                return _content(path, place, most, os.O_NOFOLLOW)
            except OSError as error:
                if error.errno != errno.ELOOP:
                    raise
            if not Path(place).resolve(strict=True).is_relative_to(self.root):
                return Unreadable(path, LEADS_OUT)
            return _content(path, place, most, 0)
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
        folders = [""]
        while folders:
            below = folders.pop()
            try:
                with os.scandir(f"{self._prefix}{below}") as entries:
                    for entry in entries:
                        if not entry.is_dir(follow_symlinks=False):
                            yield f"{below}{entry.name}"
                        elif entry.name not in _SKIPPED_FOLDERS:
                            folders.append(f"{below}{entry.name}/")
            except OSError:  # gone meanwhile, or not ours to read
                continue


def _content(path: str, place: str, most: int, flags: int) -> bytes | Unreadable:
    """The content of a plain file; nothing else is waited for."""
    file = os.open(place, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | flags)
    try:
        found = os.fstat(file)
        if stat.S_ISDIR(found.st_mode):
            raise IsADirectoryError
        if not stat.S_ISREG(found.st_mode):
            return Unreadable(path, "neither a file nor a link to one")
        if found.st_size > most:
            return Unreadable(path, too_large(found.st_size, most))
        content = os.read(file, found.st_size + 1)
        while more := os.read(file, found.st_size + 1) if len(content) < found.st_size else b"":
            content += more
        return content
    finally:
        os.close(file)
