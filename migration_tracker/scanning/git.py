"""The few git commands that reading needs. None runs a hook, takes a lock, or asks the network."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, NamedTuple

from migration_tracker.scanning.errors import PlantedRepository, SourceError
from migration_tracker.scanning.precautions import OPTIONS, STATUS, environment

MOST_FILES = 500_000
"""More files than any repository of the kind this is for has in one commit."""


class TreeEntry(NamedTuple):
    """A file of a tree: its path below the folder that was asked about, mode, blob id and size in bytes."""

    path: str
    mode: str
    blob: str
    size: int


class State(NamedTuple):
    """The commit that a work tree is at, None if there is none yet, and whether its files differ from it."""

    commit: str | None
    differs: bool


def is_inside(folder: Path) -> bool:
    """Whether a folder lies in the work tree of a git repository."""
    try:
        return run(folder, "rev-parse", "--is-inside-work-tree").strip() == b"true"
    except PlantedRepository:
        raise
    except SourceError:
        return False


def commit(folder: Path, revision: str) -> str:
    """The full id of a commit. Raises SourceError when there is none of that name."""
    if not revision or revision.startswith("-"):
        raise SourceError(f"{folder}: “{revision}” is no revision; name a commit, a branch or a tag")
    try:
        found = run(folder, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    except PlantedRepository:
        raise
    except SourceError:
        run(folder, "rev-parse", "--git-dir")
        raise SourceError(
            f"{folder}: no commit “{revision}” here; name a commit, a branch or a tag"
        ) from None
    return found.decode().strip()


def listed(folder: Path) -> list[str]:
    """The tracked and the unignored files below a folder."""
    found = run(folder, "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    return sorted({os.fsdecode(path) for path in found.split(b"\0") if path})


def state(folder: Path) -> State | None:
    """The state of the work tree below a folder; None outside any. An untracked file is a difference."""
    try:
        said = run(folder, *STATUS, "--ignore-submodules=dirty", "--", ".")
    except SourceError:
        if is_inside(folder):
            raise
        return None
    records = said.split(b"\0")
    head = next((one[13:].decode() for one in records if one.startswith(b"# branch.oid ")), "(initial)")
    differs = any(one and not one.startswith(b"# ") for one in records)
    return State(None if head == "(initial)" else head, differs)


def tree(folder: Path, commit_id: str, *, most: int = MOST_FILES) -> list[TreeEntry]:
    """The files of a commit below a folder, submodules left out.

    Raises:
        SourceError: git says no, or there are more than `most`; a few objects can unfold to billions.
    """
    entries = []
    with start(folder, "ls-tree", "-r", "-z", "-l", commit_id) as process:
        assert process.stdout is not None
        try:
            for record in _records(process.stdout):
                described, _, path = record.partition(b"\t")
                mode, kind, blob, size = described.decode().split()
                if kind == "blob":
                    entries.append(TreeEntry(os.fsdecode(path), mode, blob, int(size)))
                if len(entries) > most:
                    raise SourceError(f"{folder}: {commit_id} has more than {most:,} files")
        finally:
            process.kill() if len(entries) > most else process.wait()
    if process.returncode != 0:
        raise SourceError(f"{folder}: git ls-tree: cannot read {commit_id}; run git fsck")
    return entries


def _records(output: IO[bytes]) -> Iterator[bytes]:
    """What stands between zero bytes."""
    rest = b""
    while read := output.read(1_000_000):
        *whole, rest = (rest + read).split(b"\0")
        yield from whole


def merge_base(folder: Path, one: str, other: str) -> str:
    """The commit from which two commits parted. Raises SourceError when there is none, or one is unknown."""
    commits = [commit(folder, one), commit(folder, other)]
    try:
        return run(folder, "merge-base", *commits).decode().strip()
    except SourceError:
        raise SourceError(
            f"{folder}: no common ancestor of “{one}” and “{other}” is here; fetch more of the history"
        ) from None


def last_change(folder: Path, path: str) -> str | None:
    """The last commit up to HEAD that changed a file below a folder; None if there is none."""
    found = run(folder, "log", "-1", "--format=%H", "--", f":(literal){path}").decode().strip()
    return found or None


def renames(folder: Path, commit_id: str, *to: str) -> dict[str, str]:
    """Which files below a folder have another path than in a commit: the new by the old.

    Args:
        folder: the folder that paths are below.
        commit_id: what is compared.
        to: the commit to compare with; without it the work tree.
    """
    fields = run(
        folder,
        *("diff", "--find-renames", "--relative", "--name-status", "--diff-filter=R", "--no-ext-diff", "-z"),
        commit_id,
        *to,
    ).split(b"\0")[:-1]
    return {os.fsdecode(old): os.fsdecode(new) for old, new in zip(fields[1::3], fields[2::3], strict=True)}


def prefix(folder: Path) -> str:
    """The path of a folder below the root of its work tree, with a / at its end; "" for the root itself."""
    return os.fsdecode(run(folder, "rev-parse", "--show-prefix")).rstrip("\n")


def blobs(folder: Path, ids: Iterable[str]) -> Iterator[bytes]:
    """The contents of blobs, in the order asked for, through one `git cat-file --batch`."""
    wanted = list(ids)
    if not wanted:
        return
    with start(folder, "cat-file", "--batch") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        asked = "".join(f"{blob}\n" for blob in wanted).encode()
        asking = threading.Thread(target=feed, args=(process, asked), daemon=True)
        asking.start()
        try:
            for blob in wanted:
                header = process.stdout.readline().split()
                if len(header) != 3:
                    raise SourceError(f"{folder}: the object {blob} is missing; fetch it, or run git fsck")
                yield process.stdout.read(int(header[2]))
                process.stdout.read(1)
        finally:
            process.kill()
            asking.join()


def start(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """Begin a git command that is fed and read while it runs."""
    return subprocess.Popen(
        ["git", *OPTIONS, *_named(folder), *arguments],
        cwd=folder,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def feed(process: subprocess.Popen[bytes], text: bytes) -> None:
    """Give a command all it waits for; to be run in a thread, while its answers are read."""
    assert process.stdin is not None
    try:
        process.stdin.write(text)
        process.stdin.close()
    except OSError:  # whoever reads has stopped reading
        return


def run(folder: Path, *arguments: str) -> bytes:
    """What a git command prints. Raises SourceError when it fails."""
    try:
        done = subprocess.run(
            ["git", *OPTIONS, *_named(folder), *arguments],
            cwd=folder,
            env=environment(),
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        if not folder.is_dir():
            raise SourceError(f"{folder}: there is no such folder") from None
        raise SourceError("git is not installed; install it, or scan a folder outside git") from None
    except NotADirectoryError:
        raise SourceError(f"{folder}: not a folder") from None
    except PermissionError:
        raise SourceError(f"{folder}: no permission to read it") from None
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        if any("cannot use bare repository" in line for line in said):
            raise PlantedRepository(
                f"{folder}: files of a bare repository (HEAD, objects, refs) lie in it, or above it in the"
                " work tree; git would take them for the repository and obey its configuration; remove them"
            )
        if any("not a git repository" in line for line in said):
            raise SourceError(f"{folder}: not in a git repository")
        raise SourceError(
            f"{folder}: git {arguments[0]}: {said[0].removeprefix('fatal: ') if said else 'failed'}"
        )
    return done.stdout


def _named(folder: Path) -> tuple[str, ...]:
    """A bare repository is named to git, which takes none by itself; one in a work tree is what was planted.

    Our mirrors may lie in a work tree too, and have a file `.git`, which nobody can commit.
    """
    if (folder / ".git").exists() or not all((folder / one).exists() for one in ("HEAD", "objects", "refs")):
        return ()
    planted = any((above / ".git").exists() for above in folder.resolve().parents)
    return () if planted else ("--git-dir=.",)
