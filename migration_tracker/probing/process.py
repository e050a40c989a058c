"""A process of a run: started in a group of its own, watched without being reaped, ended with its group."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO

from migration_tracker.probing import warden
from migration_tracker.probing.errors import CommandError
from migration_tracker.probing.log import BoundedLog, Pump
from migration_tracker.probing.sandbox import Sandbox, meter


class Household:
    """All the processes of one run; on leaving it none of them is left, whatever happened.

    A mark is put in their environment, to know them by. A warden beside it does the same for a harness that
    was killed, and removes the run's `scratch` folder. `python` is what that word means in commands. With a
    `sandbox` they are all in it.
    """

    def __init__(self, scratch: Path, sandbox: Sandbox | None = None) -> None:
        self._scratch, self.sandbox = scratch, sandbox
        self._mark = uuid.uuid4().hex
        self._processes: list[Process] = []
        self.python = sys.executable

    def __enter__(self) -> Household:
        self._warden = subprocess.Popen(
            [sys.executable, "-I", "-S", warden.__file__, self._mark, str(self._scratch), self._user],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=[self.sandbox.holds] if self.sandbox and self.sandbox.holds else [],
        )
        self._stop_metering = meter(self.sandbox, self._overdrawn) if self.sandbox else lambda: None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop_metering()
        self._sweep()
        self._door.close()
        self._warden.wait()
        for process in self._processes:
            process.reap()

    @property
    def _user(self) -> str:
        """The user that only this run's processes have, where there is one."""
        return str(self.sandbox.user or "") if self.sandbox else ""

    def protections(self) -> dict[str, str]:
        """What stands between the run's processes and everything else, in words."""
        return (
            self.sandbox.protections() if self.sandbox else {"sandbox": "none: they have the caller's rights"}
        )

    def grant(self, *folders: Path) -> None:
        """Let the run's processes write there, and see what is there."""
        if self.sandbox:
            for folder in folders:
                self.sandbox.grant(folder)

    def take_back(self, folder: Path) -> None:
        """From now on the run's processes only see what is there, and it is no longer theirs."""
        if self.sandbox:
            self.sandbox.take_back(folder)

    def show(self, *paths: Path) -> None:
        """Let the run's processes see what is there."""
        if self.sandbox:
            for path in paths:
                self.sandbox.show(path)

    def _sweep(self) -> None:
        warden.sweep(self._mark, [process.pid for process in self._processes], self._user)

    def _overdrawn(self, reason: str) -> None:
        """End a run that takes up more room than it may."""
        for process in self._processes:
            process.log.feed(f"smoke run: {reason}\n".encode())
        self._sweep()

    @property
    def _door(self) -> IO[bytes]:
        assert self._warden.stdin
        return self._warden.stdin

    def start(
        self,
        command: Sequence[str],
        *,
        folder: Path,
        environment: Mapping[str, str],
        log: BoundedLog,
        output: BoundedLog | None = None,
        prefix: Sequence[str] = (),
        ours: bool = False,
    ) -> Process:
        """Start `command` in `folder`; what it writes goes to `log`, where places in the folder are told from
        there, its standard output to `output`, as it is, if that is given. `prefix` is a command that ends by
        becoming the one behind it. What is `ours` is no code under test, and runs with our rights.

        Raises CommandError if there is no such program or folder.
        """
        program = self.python if command[0] in ("python", "python3") else command[0]
        mark = f"{self._mark}.{len(self._processes)}."
        log.tell_from(folder)
        errors = subprocess.PIPE if output else subprocess.STDOUT
        begin = self.sandbox.start if self.sandbox and not ours else _start
        popen = begin(
            [program, *command[1:]],
            folder=folder,
            environment=environment,
            mark={warden.MARK: mark},
            errors=errors,
            prefix=prefix,
        )
        process = Process(popen, program, mark, log, output)
        self._processes.append(process)
        self._door.write(f"{popen.pid}\n".encode())
        self._door.flush()
        return process


class Process:
    """A running command. It stays unreaped until `reap`, so that its id, and its group's, cannot be used
    again."""

    def __init__(
        self,
        popen: subprocess.Popen[bytes],
        program: str,
        mark: str,
        log: BoundedLog,
        output: BoundedLog | None,
    ) -> None:
        self._popen, self.program, self._mark = popen, program, mark
        self.pid = popen.pid
        self.log = log
        self._pumps = [_pump(popen.stdout, output or log)]
        if popen.stderr:
            self._pumps.append(_pump(popen.stderr, log))

    def exit_code(self) -> int | None:
        """Its exit code, negative for the signal that ended it; None while it runs."""
        if self._popen.returncode is not None:
            return self._popen.returncode
        if not hasattr(os, "waitid"):  # macOS before Python 3.13
            return self._popen.poll()
        return exit_code(self.pid)

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal; nothing happens if it has ended."""
        if self._popen.returncode is None:
            os.kill(self.pid, number)

    def abort(self) -> None:
        """End it with SIGABRT, upon which Python shows the stack of each thread; no core file is written."""
        if hasattr(resource, "prlimit"):  # Linux
            resource.prlimit(self.pid, resource.RLIMIT_CORE, (0, 0))
        self.signal(signal.SIGABRT)

    def left_behind(self) -> dict[int, str]:
        """The living processes that it started and did not end: ids and command lines."""
        found = warden.members(self._mark, [self.pid])
        found.pop(self.pid, None)
        return found

    def drain(self, seconds: float = 2.0) -> None:
        """Wait until what it wrote before it ended is in the log; a child that holds the pipe cannot hold us
        up."""
        deadline = time.monotonic() + seconds
        for pump in self._pumps:
            pump.join(max(0.0, deadline - time.monotonic()))

    def reap(self) -> None:
        self._popen.wait()
        self.drain()


def _start(
    command: Sequence[str],
    *,
    folder: Path,
    environment: Mapping[str, str],
    mark: Mapping[str, str],
    errors: int,
    prefix: Sequence[str] = (),
) -> subprocess.Popen[bytes]:
    """Start a command with the caller's rights, as `Sandbox.start` does within."""
    try:
        return subprocess.Popen(
            [*prefix, *command],
            cwd=folder,
            env={**environment, **mark},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            bufsize=0,
            start_new_session=True,
        )
    except OSError as error:
        raise CommandError(f"cannot run {' '.join(command)!r}: {error.strerror}") from error


def exit_code(pid: int) -> int | None:
    """The exit code of a child of ours, negative for the signal that ended it, without reaping it; None while
    it runs. Raises ChildProcessError if it was reaped, or never was a child."""
    state = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    if state is None:
        return None
    return state.si_status if state.si_code == os.CLD_EXITED else -state.si_status


def _pump(pipe: IO[bytes] | None, log: BoundedLog) -> Pump:
    assert pipe
    pump = Pump(os.dup(pipe.fileno()), log)
    pipe.close()
    return pump
