"""The files of one tree after another, each made from the one before by what differs between them."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from migration_tracker.scanning import git
from migration_tracker.scanning.errors import SourceError
from migration_tracker.scanning.sources import Unreadable
from migration_tracker.scanning.sources.links import LINK, followed

_SUBMODULE, _GONE = "160000", "000000"
_CHUNK = 1 << 16
_AT_ONCE = 50
"""So many trees are looked ahead."""


@dataclass(frozen=True, slots=True)
class _Change:
    path: str
    mode: str
    blob: str

    @property
    def is_python(self) -> bool:
        """Whether a Python file comes new or changes; a link has no content of its own."""
        return self.path.endswith(".py") and self.mode not in (_GONE, _SUBMODULE, LINK)


class Trees:
    """Walks over trees.

    Args:
        folder: the folder of the repository that paths are below.
        trees: the ids of the trees, of whole commits, in the order they are wanted.
        ahead: told the ids of Python files that come new in the next trees, so that they can be read at once.
    """

    def __init__(self, folder: Path, trees: Sequence[str], ahead: Callable[[list[str]], None]) -> None:
        self._ahead = ahead
        self._folder = folder
        self._trees = trees
        self._entries: dict[str, _Change] = {}
        self._links: set[str] = set()
        self.python: dict[str, str] = {}
        """Git's ids of the present tree's Python files, by path; a link has the id of what it leads to."""
        self.dead_links: dict[str, Unreadable] = {}
        """The links that lead nowhere or out of the tree, by an id made up for each."""

    def __iter__(self) -> Iterator[bool]:
        """Go from tree to tree; tells whether its Python files differ from those of the one before."""
        differences = _differences(self._folder, self._trees)
        while batch := list(islice(differences, _AT_ONCE)):
            self._ahead([change.blob for changes in batch for change in changes if change.is_python])
            for changes in batch:
                yield self._apply(changes)

    def _apply(self, changes: Sequence[_Change]) -> bool:
        moved = False
        for change in changes:
            moved = moved or bool(self._links) or change.path.endswith(".py")
            self._links.discard(change.path)
            if change.mode in (_GONE, _SUBMODULE):
                self._entries.pop(change.path, None)
                self.python.pop(change.path, None)
                continue
            self._entries[change.path] = change
            if change.path.endswith(".py"):
                self.python[change.path] = change.blob
                if change.mode == LINK:
                    self._links.add(change.path)
        if moved:
            self.dead_links.clear()
            for path in self._links:
                self._follow(path)
        return moved

    def _follow(self, path: str) -> None:
        place = followed(path, self._entries, lambda blob: next(git.blobs(self._folder, [blob])))
        if isinstance(place, Unreadable):
            self.python[path] = f"dead-link:{path}"
            self.dead_links[self.python[path]] = place
        else:
            self.python[path] = self._entries[place].blob


def _differences(folder: Path, trees: Sequence[str]) -> Iterator[list[_Change]]:
    """What differs between each tree and the one before, the first from nothing."""
    if not trees:
        return
    empty = git.run(folder, "hash-object", "-t", "tree", os.devnull).decode().strip()
    with git.start(
        folder, "diff-tree", "--stdin", "-r", "-z", "--raw", "--no-renames", "--relative"
    ) as process:
        pairs = "".join(f"{old} {new}\n" for old, new in zip([empty, *trees], trees, strict=False))
        feeding = threading.Thread(target=git.feed, args=(process, pairs.encode()), daemon=True)
        feeding.start()
        try:
            stdout = process.stdout
            assert stdout is not None
            told = 0
            for changes in _parsed(iter(lambda: stdout.read(_CHUNK), b"")):
                told += 1
                yield changes
        finally:
            process.kill()
            feeding.join()
    if told < len(trees):
        raise SourceError(f"{folder}: git diff-tree ended early: objects are missing; run git fsck")


def _parsed(chunks: Iterator[bytes]) -> Iterator[list[_Change]]:
    """From what `diff-tree --stdin -z --raw` prints to the changes of each pair.

    A pair is a line `old new`; then each change is `:modes ids status`, NUL, path, NUL.
    """
    changes: list[_Change] | None = None
    described: list[bytes] | None = None
    rest = b""
    for chunk in chunks:
        *tokens, rest = (rest + chunk).split(b"\0")
        for token in tokens:
            if described is not None:
                assert changes is not None
                mode, blob = described[1].decode(), described[3].decode()
                changes.append(_Change(os.fsdecode(token), mode, blob))
                described = None
                continue
            *headers, last = token.split(b"\n")
            for _ in headers:
                if changes is not None:
                    yield changes
                changes = []
            described = last.split(b" ")
    for _ in rest.splitlines():
        if changes is not None:
            yield changes
        changes = []
    if changes is not None:
        yield changes
