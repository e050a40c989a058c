"""How git is started, so that it runs nothing of the repository's, takes no lock, and asks no network."""

from __future__ import annotations

import os

HARMLESS = {
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.sshCommand": "false",
    "log.showSignature": "false",
    "protocol.allow": "never",
    # Whoever commits the files of a bare repository into a folder would have git take it for the repository
    # when it is started there, with its configuration, whose filters are programs.
    "safe.bareRepository": "explicit",
    "submodule.recurse": "false",
}
"""Configuration, by key, that keeps a repository's own from having a program of its choice started."""

QUIET = {"GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C"}
"""What every git command of ours has in its environment."""

OPTIONS = (
    "--no-optional-locks",
    *(word for key, value in HARMLESS.items() for word in ("-c", f"{key}={value}")),
)
STATUS = ("status", "--porcelain=v2", "--branch", "--no-ahead-behind", "--no-renames", "-z")
"""The state of a work tree for programs; it tells the commit, too."""

_FOREIGN = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_PREFIX",
    "GIT_OBJECT_DIRECTORY",
    "GIT_NAMESPACE",
)


def environment() -> dict[str, str]:
    """The variables that git gets."""
    kept = {name: value for name, value in os.environ.items() if name not in _FOREIGN}
    return kept | QUIET
