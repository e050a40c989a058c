"""Answers that were printed before and still hold: told again without reading a definition or any file.

A `Question` knows all that its answer rests on before anything is read; `unchanged` says what that is.
"""

from __future__ import annotations

import os
import sys
import time
import zlib

from migration_tracker.commands import unchanged
from migration_tracker.commands.places import FILE_NAME, nearest
from migration_tracker.scanning.cache_folder import cache_folder

_OPTIONS = {
    "scan": ("--format", "--definition"),
    "history": ("--format", "--definition", "--rev"),
}
_FLAGS = {"scan": ("--inventory-only",), "history": ()}
_MOST = 50
"""So many answers are kept; of more, those written longest ago go."""
_MOST_BYTES = 20_000_000


class Question:
    """A command line whose answer may be kept.

    Args:
        arguments: the command line.
        root: the folder that is looked at.
        definition: the file that judges it.
        revision: the commit, branch or tag whose past is asked for; None for a work tree.
    """

    def __init__(self, arguments: list[str], root: str, definition: str, revision: str | None) -> None:
        self._began = time.perf_counter()
        self._asked = "\n".join([root, *arguments])
        self._root = root
        self._definition = definition
        self._revision = revision
        self._rests_on = self._look()

    def answer(self) -> int | None:
        """Print the kept answer and return its exit code; None if there is none that still holds."""
        if self._rests_on is None:
            return None
        try:
            with open(self._place, "rb") as file:
                lengths, _, rest = zlib.decompress(file.read()).partition(b"\n")
            parts, at = [], 0
            for length in map(int, lengths.split()):
                parts.append(rest[at : at + length])
                at += length
            rested_on, code, warned, *printed = parts
            if rested_on != self._rests_on:
                return None
            taken = f"{time.perf_counter() - self._began:.3f}"
            told = int(code), warned.decode(), taken.join(part.decode() for part in printed)
        except (OSError, ValueError, zlib.error):  # not there, or written by something else
            return None
        sys.stderr.write(told[1])
        sys.stdout.write(told[2])
        return told[0]

    def keep(self, code: int, warned: str, *printed: str) -> None:
        """Keep an answer, if all that it rests on is still as it was when this was asked.

        Args:
            code: the exit code.
            warned: what was told on standard error.
            printed: what was told on standard output, cut where the seconds it took stood.
        """
        if self._rests_on is None or sum(map(len, printed)) > _MOST_BYTES:
            return
        if (self._revision is None and not unchanged.is_plain(self._root)) or self._look() != self._rests_on:
            return
        parts = [self._rests_on, b"%d" % code, *(text.encode() for text in (warned, *printed))]
        lengths = b" ".join(b"%d" % len(part) for part in parts)
        written = zlib.compress(b"\n".join([lengths, b"".join(parts)]), 1)
        draft = f"{self._place}.{os.getpid()}"
        try:
            os.makedirs(os.path.dirname(self._place), exist_ok=True)
            with open(draft, "wb") as file:
                file.write(written)
            os.replace(draft, self._place)
            _prune(os.path.dirname(self._place))
        except OSError:  # full, or not ours to write: it is only found anew
            return

    @property
    def _place(self) -> str:
        return f"{cache_folder()}/answers/{zlib.crc32(self._asked.encode(errors='surrogateescape')):08x}"

    def _look(self) -> bytes | None:
        """All that the answer rests on, as it is now."""
        try:
            with open(self._definition, "rb") as file:
                definition = file.read()
        except OSError:
            return None
        if self._revision is None:
            state = unchanged.work_tree(self._root)
        else:
            state = unchanged.past(self._root, self._revision)
        if state is None:
            return None
        asked = f"{self._asked}\n{unchanged.engine()}".encode(errors="surrogateescape")
        return b"\0".join([asked, definition, state])


def question(arguments: list[str]) -> Question | None:
    """The question that a command line asks; None if its answers are not kept, or its usage may be wrong."""
    command, *rest = arguments or [""]
    if command not in _OPTIONS or not hasattr(os, "posix_spawnp"):
        return None
    given: dict[str, str] = {}
    words = iter(rest)
    for word in words:
        if word in _FLAGS[command]:
            continue
        key, value = (word, next(words, "-")) if word in _OPTIONS[command] else ("", word)
        if key in given or value.startswith("-"):
            return None
        given[key] = value
    if given.get("--format") != "json":
        return None
    named = given.get("--definition")
    folder = os.path.realpath(given.get("", "."))
    root = folder if named is not None else nearest(folder)
    definition = f"{root}/{FILE_NAME}" if named is None else named
    return Question(arguments, root, definition, given.get("--rev", "HEAD") if command == "history" else None)


def _prune(folder: str) -> None:
    with os.scandir(folder) as entries:
        written = sorted((entry.stat().st_mtime_ns, entry.path) for entry in entries)
    for _, path in written[:-_MOST]:
        os.unlink(path)
