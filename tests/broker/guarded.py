"""A server that does not outlive who started it, however that one ends: see guard.py."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

GUARD = Path(__file__).with_name("guard.py")


class Guarded:
    """A running command, with what it says appended to `log`."""

    def __init__(self, command: Sequence[str], log: Path) -> None:
        self._log = log
        self._told = log.stat().st_size if log.exists() else 0
        with log.open("ab") as output:
            self._guard = subprocess.Popen(
                [sys.executable, "-I", "-S", str(GUARD), *command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                text=True,
            )
        assert self._guard.stdout
        self.pid = int(self._guard.stdout.readline())

    @property
    def said(self) -> str:
        """What it has said so far."""
        return self._log.read_bytes()[self._told :].decode(errors="replace")

    def until(self, ready: Callable[[], bool], seconds: float) -> bool:
        """Wait until `ready`; False if it has ended, or if that takes longer than `seconds`."""
        deadline = time.monotonic() + seconds
        while not ready():
            if self._guard.poll() is not None or time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True

    def end(self, how: signal.Signals, seconds: float) -> None:
        """Send it `how`, and kill it if it is still there after `seconds`."""
        with self._guard as guard:
            if guard.poll() is None:
                os.kill(self.pid, how)
            with contextlib.suppress(subprocess.TimeoutExpired):
                guard.wait(seconds)
            assert guard.stdin
            guard.stdin.close()  # the guard kills what is left
