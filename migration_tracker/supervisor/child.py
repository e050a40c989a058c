"""One process below the supervisor, in a session of its own, its output in one pipe."""

import contextlib
import os
import signal
import subprocess
from functools import partial
from pathlib import Path
from typing import IO

from migration_tracker.supervisor import kin
from migration_tracker.supervisor.console import Lines

_CHUNK = 65536  # bytes: what a pipe holds
_LAST_CHUNKS = 16


class Child:
    """A started command; ended with everything that stayed in its process group."""

    def __init__(self, command: tuple[str, ...], folder: Path, files: tuple[int, ...] = ()) -> None:
        self._process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=files,
            preexec_fn=partial(kin.die_with_parent, os.getpid()),
        )
        self._lines = Lines()
        self.silent = False  # whether it has closed its output
        os.set_blocking(self.output.fileno(), False)

    @property
    def output(self) -> IO[bytes]:
        assert self._process.stdout is not None
        return self._process.stdout

    @property
    def ended(self) -> bool:
        return self._process.poll() is not None

    @property
    def failed(self) -> bool:
        return self._process.returncode != 0

    @property
    def fate(self) -> str:
        """How it ended, in words."""
        code = self._process.returncode
        return f"ended with exit code {code}" if code >= 0 else f"was killed by {signal.Signals(-code).name}"

    def read(self) -> list[str]:
        """The next lines it has written, without waiting for more."""
        data = self._take()
        return self._lines.feed(data) if data else []

    def signal(self, number: signal.Signals) -> None:
        """Send `number` to the started command, which is to see to its own children."""
        self._process.send_signal(number)

    def close(self) -> list[str]:
        """End what is left of its group at once; what it said last."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        last: list[str] = []
        with self.output:
            for _ in range(_LAST_CHUNKS):
                if not (data := self._take()):
                    break
                last += self._lines.feed(data)
        return last + self._lines.feed(b"")

    def _take(self) -> bytes:
        try:
            data = os.read(self.output.fileno(), _CHUNK)
        except BlockingIOError:
            return b""
        self.silent = not data
        return data
