"""Symbolic links as git keeps them: followed within the tree, never out of it."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Mapping
from typing import Final, Protocol

from migration_tracker.scanning.sources.source import LEADS_NOWHERE, LEADS_OUT, Unreadable

LINK: Final = "120000"
_MOST_LINKS = 16


class Kept(Protocol):
    """What git keeps of a file: its mode, and the id of its content."""

    @property
    def mode(self) -> str: ...

    @property
    def blob(self) -> str: ...


def followed(path: str, files: Mapping[str, Kept], read: Callable[[str], bytes]) -> str | Unreadable:
    """The path of the file that a path leads to in the end: itself, unless it is a link.

    Args:
        path: a path of the tree.
        files: every file of the tree, by path.
        read: gives the content of a blob.
    """
    now = path
    for _ in range(_MOST_LINKS):
        if files[now].mode != LINK:
            return now
        leads_to = target(now, read(files[now].blob))
        if leads_to is None:
            return Unreadable(path, LEADS_OUT)
        if leads_to not in files:
            break
        now = leads_to
    return Unreadable(path, LEADS_NOWHERE)


def target(path: str, content: bytes) -> str | None:
    """Where a link leads, from the root of the tree; None if that is outside."""
    written = os.fsdecode(content)
    joined = posixpath.normpath(posixpath.join(posixpath.dirname(path), written))
    return None if written.startswith("/") or joined == ".." or joined.startswith("../") else joined
