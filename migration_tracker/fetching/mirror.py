"""A bare mirror of another side's branches."""

from __future__ import annotations

import fcntl
import re
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from migration_tracker.fetching import command
from migration_tracker.fetching.access import Access
from migration_tracker.fetching.address import Remote, addresses, parse
from migration_tracker.fetching.errors import FetchFailed, TooLarge, TooSlow

_HEAD = re.compile(rb"ref: (refs/heads/[^\t\n]+)\tHEAD\n")
_LEFT_BEHIND = (
    "objects/pack/tmp_*",
    "objects/pack/.tmp-*",
    "objects/*/tmp_obj_*",
    "objects/tmp_objdir-*/*",
    "*.lock",
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a mirror may grow to in bytes, and how many seconds one fetch may take."""

    size: int = 2_000_000_000
    seconds: float = 600.0


def fetch(
    url: str,
    mirror: Path,
    *,
    access: Access | None = None,
    allowed: Collection[str] = (),
    local: bool = False,
    limits: Limits | None = None,
) -> str:
    """Bring the mirror up to date: every branch, no tags, what was removed there is removed here.

    Args:
        url: as `check` takes it.
        mirror: the folder of the mirror, made if there is none; its parent must be there.
        access: what is shown to the other side.
        allowed: hosts that may be private, each as `host` or `host:port`.
        local: whether a folder of this machine will do.
        limits: what the mirror may grow to, and how long it may take.

    Returns:
        The branch that the other side's HEAD names, which is the mirror's HEAD too.

    Raises:
        UnsafeAddress: such an address is not fetched from.
        FetchFailed: git or the other side said no, or a limit was met; the mirror is as it was.
    """
    access, limits = access or Access(), limits or Limits()
    remote = parse(url, local=local)
    found = addresses(remote, allowed)
    ends = time.monotonic() + limits.seconds
    configuration = _configuration(remote, access, found)
    with _alone(mirror, ends):

        def git(*arguments: str) -> bytes:
            left = limits.size - _size(mirror)
            if left <= 0:
                raise TooLarge(
                    f"{mirror.name}: the mirror has reached its limit of {limits.size / 1e6:,.0f} MB"
                )
            bounds = command.Bounds(left, max(ends - time.monotonic(), 0.1))
            ssh = access.ssh(remote, found[0] if found else None)
            return command.run(mirror, *arguments, bounds=bounds, configuration=configuration, ssh=ssh)

        if not (mirror / "HEAD").exists():
            git("init", "--quiet", "--bare", "--template=")
        # No commit can hold a file of this name, so git tells the mirror from a bare repository that somebody
        # committed (`safe.bareRepository`).
        (mirror / ".git").write_text("gitdir: .\n")
        try:
            branch = _head(git("ls-remote", "--symref", "--", remote.url, "HEAD"))
            git("fetch", "--quiet", "--prune", "--no-tags", "--no-write-fetch-head", "--",
                remote.url, "+refs/heads/*:refs/heads/*")  # fmt: skip
            git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{branch}^{{commit}}")
            git("symbolic-ref", "HEAD", branch)
            git("gc", "--quiet", "--auto")
        finally:
            _tidy(mirror)
    return branch.removeprefix("refs/heads/")


def _configuration(remote: Remote, access: Access, found: list[str]) -> dict[str, str]:
    if remote.scheme == "file":
        return {"protocol.file.allow": "always"}
    if remote.scheme == "ssh":
        return {}
    pinned = ",".join(f"[{one}]" if ":" in one else one for one in found)
    return {"http.curloptResolve": f"{remote.host}:{remote.port}:{pinned}"} | access.configuration(remote)


def _head(said: bytes) -> str:
    named = _HEAD.search(said)
    if named is None:
        raise FetchFailed("The repository's HEAD names no branch; set its default branch there")
    return named[1].decode(errors="surrogateescape")


@contextmanager
def _alone(mirror: Path, ends: float) -> Iterator[None]:
    """One fetch at a time into a mirror."""
    mirror.mkdir(exist_ok=True)
    with (mirror.parent / f"{mirror.name}.fetching").open("w") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > ends:
                    raise TooSlow(f"{mirror.name}: another fetch into it is still going on") from None
                time.sleep(0.1)
        yield


def _size(folder: Path) -> int:
    return sum(file.lstat().st_size for file in folder.rglob("*") if not file.is_dir())


def _tidy(mirror: Path) -> None:
    """Remove what a fetch that was ended has left behind; nothing else writes here."""
    for pattern in _LEFT_BEHIND:
        for file in mirror.glob(pattern):
            file.unlink(missing_ok=True)
