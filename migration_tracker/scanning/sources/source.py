"""What a source of files offers, and how a file is told that was not read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple, Protocol

LEADS_OUT: Final = "a symbolic link that leads out of the tree"
LEADS_NOWHERE: Final = "a symbolic link that leads nowhere"


class Entry(NamedTuple):
    """A file of a source.

    Args:
        path: its POSIX path below the root.
        blob: git's id of its content, where it is known.
    """

    path: str
    blob: str | None = None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that was not read, and why."""

    path: str
    reason: str


class Source(Protocol):
    """Files to scan. `commit` is None outside git; `dirty` says whether the files differ from the commit."""

    @property
    def root(self) -> Path: ...

    @property
    def commit(self) -> str | None: ...

    @property
    def dirty(self) -> bool: ...

    def entries(self) -> tuple[Entry, ...]:
        """Every file, in the order of paths."""

    def read(self, paths: Iterable[str], *, most: int) -> Iterator[tuple[str, bytes | Unreadable]]:
        """The content of each path, in the order asked for; what is larger than `most` bytes is not read."""

    def stamps(self, paths: Iterable[str]) -> dict[str, str]:
        """By path, a text that is another one once the content is; files without such a text are left out."""


def too_large(size: int, most: int) -> str:
    """The reason for which a file of so many bytes is not read."""
    return f"too large: {size / 1e6:.1f} MB, and at most {most / 1e6:.1f} MB are read"


def blob_id(content: bytes) -> str:
    """The id that git gives to a content (https://git-scm.com/book/en/v2/Git-Internals-Git-Objects)."""
    import hashlib  # slow to import, and git knows most ids

    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def unreadable(file: Unreadable) -> str:
    """What stands for the id of a file that cannot be read; no other file has it."""
    return f"unreadable {file.path}: {file.reason}"
