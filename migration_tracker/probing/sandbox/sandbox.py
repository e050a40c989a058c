"""What stands between the code under test and everything else on this machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Self

from migration_tracker.probing.errors import CommandError
from migration_tracker.probing.sandbox import launch, users
from migration_tracker.probing.sandbox.limits import Limits

_LAUNCHER = (sys.executable, "-I", "-S", launch.__file__)
_ABSENT = "absent: the tracker would have to run as root, with the right to mount"


class Sandbox:
    """The protections of one run, as far as this machine has them; a context manager.

    A user of the run's own goes with a view of its own: without that it could not reach its interpreter and
    checkout, unless everybody could.

    Args:
        limits: how much its processes may use.

    Attributes:
        user: the number of the run's own user; None if it shares the tracker's.
        holds: the descriptor that keeps others from being that user, to be inherited by who outlives this.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.user: int | None = None
        self.holds: int | None = None
        self._stack = ExitStack()
        self._readable = {Path(sys.prefix), Path(sys.base_prefix), Path(sys.base_prefix).resolve()}
        self._writable: set[Path] = set()

    def __enter__(self) -> Self:
        if has_views() and (taken := self._stack.enter_context(users.a_user())):
            self.user, self.holds = taken
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def show(self, path: Path) -> None:
        """Let the run's processes that start from now on read what is there."""
        self._readable.add(path.absolute())

    def grant(self, folder: Path) -> None:
        """Give a folder, with all that is in it, to the run's user."""
        folder = folder.absolute()
        if not any(folder.is_relative_to(granted) for granted in self._writable):
            self._writable.add(folder)
        if self.user is not None:
            _give(folder, self.user)

    def take_back(self, folder: Path) -> None:
        """Take a granted folder from the run's user, who from now on sees it only."""
        self._writable.discard(folder.absolute())
        self.show(folder)
        if self.user is not None:
            _give(folder, os.geteuid())

    def size(self) -> int:
        """The bytes of all files that the run may have written."""
        total = 0
        for folder in tuple(self._writable):
            for _, _, files, descriptor in os.fwalk(folder):
                for name in files:
                    with suppress(OSError):
                        total += os.stat(name, dir_fd=descriptor, follow_symlinks=False).st_blocks * 512
        return total

    def protections(self) -> dict[str, str]:
        """What is in force, in words, for the run's result."""
        own = self.user is not None
        seen = "it sees the system, its interpreter, its checkout and its scratch folders, nothing else"
        return {
            "environment": "built afresh, with nothing of the tracker's",
            "user": f"its own: {self.user}" if own else _ABSENT,
            "files": seen if own else _ABSENT,
            "processes": "it sees its own only" if own else _ABSENT,
            "privileges": "it cannot gain any" if sys.platform == "linux" else "absent: needs Linux",
            "limits": self.limits.told(own_user=own),
        }

    def start(
        self,
        command: Sequence[str],
        *,
        folder: Path,
        environment: Mapping[str, str],
        mark: Mapping[str, str],
        errors: int,
        prefix: Sequence[str] = (),
    ) -> subprocess.Popen[bytes]:
        """Start a command within, its output in a pipe.

        Args:
            command: what is run, looked for on the PATH of its environment.
            folder: where.
            environment: all that it gets beside the mark.
            mark: is in its environment from the very beginning.
            errors: where its standard error goes, as subprocess has it.
            prefix: a command that comes first, with our rights, and ends by becoming the one behind it.

        Raises:
            CommandError: it cannot be run.
        """
        orders, told = os.pipe()
        heard, trouble = os.pipe()
        try:
            process = subprocess.Popen(
                [*prefix, *_LAUNCHER, str(orders), str(trouble)],
                env=dict(mark),
                pass_fds=(orders, trouble),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                bufsize=0,
                start_new_session=True,
            )
        finally:
            os.close(orders)
            os.close(trouble)
        with os.fdopen(told, "w") as pipe:
            json.dump(self._orders(command, folder, {**environment, **mark}), pipe)
        with os.fdopen(heard, "rb") as pipe_back:
            wrong = pipe_back.read().decode()
        if wrong:
            process.kill()
            process.communicate()
            raise CommandError(f"cannot run {' '.join(command)!r}: {wrong}")
        return process

    def _orders(
        self, command: Sequence[str], folder: Path, environment: Mapping[str, str]
    ) -> dict[str, object]:
        own = self.user is not None
        view = {"readable": sorted(map(str, self._readable)), "writable": sorted(map(str, self._writable))}
        return {
            "command": list(command),
            "folder": str(folder),
            "environment": {**({"USER": "smoke", "LOGNAME": "smoke"} if own else {}), **environment},
            "user": self.user,
            "limits": self.limits.of_a_process(own_user=own),
            "view": view if own else None,
        }


def _give(folder: Path, user: int) -> None:
    for _, names, files, descriptor in os.fwalk(folder):
        os.chown(descriptor, user, user)
        for name in (*names, *files):  # a link itself, never what it leads to
            os.chown(name, user, user, dir_fd=descriptor, follow_symlinks=False)


@cache
def has_views() -> bool:
    """Whether this process may give others a user and a view of the files of their own; tried once."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return False
    with users.a_user() as taken:
        if taken is None:
            return False
        probe = Sandbox()
        probe.user, _ = taken
        try:
            tried = probe.start(
                [sys.executable, "-I", "-S", "-c", ""],
                folder=Path("/"),
                environment={},
                mark={},
                errors=subprocess.STDOUT,
            )
        except CommandError:
            return False
        tried.communicate()
        return tried.returncode == 0
