"""All that an answer rests on, as a text that is another one once any of it is.

Where it cannot be told that way, it is None, and the answer is found anew. Nothing slow is imported here: an
answer that still holds is told sooner than typing or re could be imported.
"""

from __future__ import annotations

import os
import stat
import sys
import time

from migration_tracker.scanning.precautions import OPTIONS, STATUS, environment

_UNSETTLED = 2_000_000_000
"""A file that was changed so many nanoseconds ago may change again without another time, see `WorkTree`."""

_STRICT = ("-c", "core.checkStat=default", "-c", "core.trustctime=true")
"""Git takes a file as unchanged by everything that the file system says of it."""


def engine() -> str:
    """The code that reads and prints, by size, times and inode of its files, and what parses."""
    package = os.path.dirname(os.path.dirname(__file__))
    found = [sys.version]
    folders = [f"{package}/{name}" for name in ("commands", "definition", "scanning")]
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.name.endswith(".py"):
                    found.append(f"{entry.path} {_stamp(entry.stat())}")
                elif entry.name != "__pycache__" and entry.is_dir():
                    folders.append(entry.path)
    for folder in sys.path:
        if os.path.isdir(f"{folder}/libcst"):
            found += (name for name in os.listdir(folder) if name.startswith("libcst-"))
    return "\n".join(sorted(found))


def work_tree(root: str) -> bytes | None:
    """The commit, the tracked and the unignored files of a work tree below a folder, and what they hold.

    What git finds as the index says is unchanged while the index is; what it lists as other is known by what
    the file system says of it. None outside git, with links among what is listed, and where any of this was
    changed within the last two seconds.
    """
    top = root
    while not os.path.lexists(f"{top}/.git"):
        if top == os.path.dirname(top):
            return None
        top = os.path.dirname(top)
    try:
        index = os.stat(f"{_git_folder(top)}/index")
    except (OSError, ValueError):
        return None
    said = _git(root, *_STRICT, *STATUS, "--untracked-files=all", "--ignore-submodules=dirty", "--", ".")
    stamps = _stamps_of_others(os.fsencode(top), said) if said is not None else None
    if said is None or stamps is None or not _is_settled(index):
        return None
    return b"\n".join([_stamp(index).encode(), *stamps, said])


def is_plain(root: str) -> bool:
    """Whether git looks at every tracked file below a folder, and none is a link to elsewhere."""
    listed = _git(root, "ls-files", "-v", "--stage", "-z")
    return listed is not None and all(
        one.startswith((b"H 100", b"H 160")) for one in listed.split(b"\0") if one
    )


def past(root: str, revision: str) -> bytes | None:
    """The commit of a revision, if its whole past is here as it was committed, not cut off or replaced."""
    said = _git(
        root, "rev-parse", "--git-common-dir", "--is-shallow-repository", "--glob=refs/replace/*",
        f"{revision}^{{commit}}", "--",
    )  # fmt: skip
    lines = said.split(b"\n") if said is not None else []
    if len(lines) != 5 or lines[1] != b"false":
        return None
    grafts = os.path.join(os.fsencode(root), lines[0], b"info/grafts")
    return None if os.path.exists(grafts) else lines[2]


def _stamps_of_others(top: bytes, said: bytes) -> list[bytes] | None:
    """What the file system says of the files that git lists as other than the index says."""
    stamps = []
    for record in said.split(b"\0"):
        kind = record[:2]
        if kind in (b"# ", b""):
            continue
        fields = {b"? ": 1, b"1 ": 8, b"u ": 10}.get(kind)
        if fields is None:
            return None
        try:
            found = os.lstat(top + b"/" + record.split(b" ", fields)[fields])
        except FileNotFoundError:
            stamps.append(b"gone")
            continue
        if not stat.S_ISREG(found.st_mode) or not _is_settled(found):
            return None
        stamps.append(_stamp(found).encode())
    return stamps


def _is_settled(found: os.stat_result) -> bool:
    return max(found.st_mtime_ns, found.st_ctime_ns) <= time.time_ns() - _UNSETTLED


def _stamp(found: os.stat_result) -> str:
    return f"{found.st_size} {found.st_mtime_ns} {found.st_ctime_ns} {found.st_ino}"


def _git_folder(top: str) -> str:
    """Where the index of a work tree lies. Raises OSError, or ValueError where `.git` is neither kind."""
    place = f"{top}/.git"
    if os.path.isdir(place):
        return place
    with open(place, encoding="utf-8") as file:
        written = file.read()
    before, found, folder = written.partition("gitdir: ")
    if before or not found:
        raise ValueError(place)
    return os.path.join(top, folder.rstrip("\n"))


def _git(folder: str, *arguments: str) -> bytes | None:
    """What a git command prints; None when it fails. As `git.run`, without the import of subprocess."""
    reading, writing = os.pipe()
    with open(reading, "rb") as answer:
        try:
            process = os.posix_spawnp(
                "git",
                ["git", "-C", folder, *OPTIONS, *arguments],
                environment(),
                file_actions=[
                    (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                    (os.POSIX_SPAWN_DUP2, writing, 1),
                    (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
                ],
            )
        except OSError:
            return None
        finally:
            os.close(writing)
        said = answer.read()
    return said if os.waitpid(process, 0)[1] == 0 else None
