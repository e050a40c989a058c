"""Pushes a patch as a branch, from a scratch clone: the migration's own repository and work tree stay as they
are, no hook runs, and only protocols that cannot start programs are spoken."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from migration_tracker.patches.errors import PushRefused, UnsafeRemote

TIMEOUT = 120.0  # seconds a push may take
_PROTOCOLS = re.compile(r"(?:https|ssh|file)://\S+|(?:[\w.-]+@)?[\w.-]+:(?!//)[^\s:]\S*|/\S+")
_SAFE = (
    "-c", f"core.hooksPath={os.devnull}",
    "-c", "protocol.allow=never",
    "-c", "protocol.https.allow=always",
    "-c", "protocol.ssh.allow=always",
    "-c", "protocol.file.allow=always",
    "-c", "commit.gpgSign=false",
    "-c", "core.fsmonitor=false",
    "-c", "safe.bareRepository=explicit",
)  # fmt: skip

_QUIET = {"GIT_TERMINAL_PROMPT": "0", "GIT_SSH_COMMAND": "ssh -o BatchMode=yes", "LC_ALL": "C"}


def check(url: str) -> str:
    """The address, as git may be given it.

    Raises:
        UnsafeRemote: it is no https, ssh or file address, or carries a password.
    """
    url = url.strip()
    if url.startswith("-") or "::" in url or not _PROTOCOLS.fullmatch(url):
        raise UnsafeRemote(
            f"“{url}” is no address to push to:"
            " write https://…, ssh://…, user@host:path or a folder's full path."
        )
    if re.match(r"https?://[^/@]*:[^/@]*@", url):
        raise UnsafeRemote("The address has a password in it; leave that to git's credential helper.")
    return url


def name(worker: str, number: int) -> str:
    """The branch for a worker's patch of this number."""
    return f"migration/{re.sub(r'[^A-Za-z0-9/_-]+', '-', worker)}-{number}"


def push(
    repository: Path,
    commit: str,
    diff: str,
    *,
    url: str,
    branch: str,
    message: str,
    author: tuple[str, str],
    at: datetime,
) -> str:
    """Push `commit` with `diff` applied as one commit on `branch`; the new commit's id.

    Nothing is forced: a branch of that name which people have worked on stays as it is, and the push is
    refused. The same arguments make the same commit, so that a push may be repeated.

    Raises:
        PushRefused: git or the remote said no; the text is git's.
    """
    with tempfile.TemporaryDirectory(prefix="push-") as scratch:
        clone = Path(scratch) / "clone"
        top, below = str(repository), ""  # of a mirror, which has no work tree
        if _git(repository, "rev-parse", "--is-inside-work-tree").strip() == "true":
            top = _git(repository, "rev-parse", "--show-toplevel").strip()
            below = _git(repository, "rev-parse", "--show-prefix").strip()
        _git(Path(scratch), "clone", "--quiet", "--shared", "--no-checkout", "--", top, str(clone))
        _git(clone, "read-tree", commit)
        where = ["--directory", below.rstrip("/")] if below else []
        _git(clone, "apply", "--cached", *where, "-", given=diff)
        tree = _git(clone, "write-tree").strip()
        made = _git(clone, "commit-tree", tree, "-p", commit, given=message, author=author, at=at).strip()
        _git(clone, "push", "--quiet", "--", url, f"{made}:refs/heads/{branch}")
    return made


def _git(
    folder: Path,
    *arguments: str,
    given: str | None = None,
    author: tuple[str, str] = ("", ""),
    at: datetime | None = None,
) -> str:
    who = dict(zip(("NAME", "EMAIL", "DATE"), (*author, at.isoformat()), strict=True)) if at else {}
    identity = {f"GIT_{role}_{what}": text for role in ("AUTHOR", "COMMITTER") for what, text in who.items()}
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    try:
        done = subprocess.run(
            ["git", *_SAFE, *arguments],
            cwd=folder,
            env=environment | identity | _QUIET,
            input=None if given is None else given.encode("utf-8", errors="surrogateescape"),
            stdin=subprocess.DEVNULL if given is None else None,
            capture_output=True,
            check=False,
            timeout=TIMEOUT,
        )
    except subprocess.TimeoutExpired:
        raise PushRefused(f"git {arguments[0]} gave no answer within {TIMEOUT:.0f} s.") from None
    if done.returncode != 0:
        said: Sequence[str] = done.stderr.decode(errors="replace").strip().splitlines()
        raise PushRefused(f"git {arguments[0]}: {' '.join(said)[:500] or 'failed'}")
    return done.stdout.decode("utf-8", errors="surrogateescape")
