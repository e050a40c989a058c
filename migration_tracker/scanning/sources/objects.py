"""Blobs out of git's objects, by one process that stays: for many small askings, such as a history's."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from migration_tracker.scanning import git
from migration_tracker.scanning.errors import SourceError
from migration_tracker.scanning.sources.source import Unreadable, too_large

_AT_ONCE = 400
"""So many ids fit into a pipe of 64 kB, in repositories of either hash, so that asking never waits."""


class Objects:
    """The blobs of a repository; use it as a context manager.

    Args:
        folder: a folder of the repository.
        most: what is larger, in bytes, is not read.
    """

    def __init__(self, folder: Path, *, most: int) -> None:
        self._folder = folder
        self._most = most
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()

    def fetch(self, blobs: Sequence[str]) -> Iterator[bytes | Unreadable]:
        """The contents of blobs, in the order asked for. They must be taken to the last before the next call.

        Raises:
            SourceError: an object is missing.
        """
        if self._process is None:
            self._process = git.start(self._folder, "cat-file", "--batch")
        asked, answered = self._process.stdin, self._process.stdout
        assert asked is not None
        assert answered is not None
        rest = iter(blobs)
        while batch := list(islice(rest, _AT_ONCE)):
            try:
                asked.write("".join(f"{blob}\n" for blob in batch).encode())
                asked.flush()
            except OSError:
                raise SourceError(f"{self._folder}: git cat-file ended; run git fsck") from None
            for blob in batch:
                yield self._one(blob, answered)

    def _one(self, blob: str, answered: IO[bytes]) -> bytes | Unreadable:
        header = answered.readline().split()
        if len(header) != 3:
            raise SourceError(f"{self._folder}: the object {blob} is missing; fetch it, or run git fsck")
        size = int(header[2])
        if size <= self._most:
            content = answered.read(size)
            answered.read(1)
            return content
        rest = size + 1
        while rest and (read := len(answered.read(min(rest, 1_000_000)))):
            rest -= read
        return Unreadable(blob, too_large(size, self._most))
