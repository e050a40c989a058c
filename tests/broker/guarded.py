"""A server that does not outlive who started it, however that one ends: see guard.py."""

import abc
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar, Self

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


class Server(abc.ABC):
    """A server on loopback with a folder of its own: `with` runs it until the block ends.

    `stop`, `kill` and `start` take it down and up again under the same address with what it has stored. It
    ends with the process that started it, however that one ends.
    """

    name: ClassVar[str]
    failed: ClassVar[type[Exception]]
    """What is raised where it cannot run here."""
    start_seconds: ClassVar[float]
    stop_seconds: ClassVar[float]
    stopping: ClassVar[signal.Signals] = signal.SIGTERM
    killing: ClassVar[signal.Signals] = signal.SIGKILL

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=f"{self.name.lower().replace(' ', '-')}-"))
        self.log = self.folder / "log"
        self.pid = 0
        self._running: Guarded | None = None

    @abc.abstractmethod
    def command(self) -> Sequence[str]:
        """What starts it. Errors: `failed` where something is lacking."""

    @abc.abstractmethod
    def ready(self, said: str) -> bool:
        """Whether clients are served; `said` is what it has said since its start."""

    def prepare(self) -> None:  # noqa: B027  # most need nothing
        """Make what must be there before the first start. Errors: `failed`."""

    def __enter__(self) -> Self:
        try:
            self.prepare()
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        """Start, and wait until clients are served. Errors: `failed` with the end of its log."""
        assert self._running is None, "it runs already"
        self._running = running = Guarded(self.command(), self.log)
        self.pid = running.pid
        if not running.until(lambda: self.ready(running.said), self.start_seconds):
            raise self.failed(f"{self.name} did not start:\n{running.said[-4000:]}")

    def stop(self) -> None:
        """Shut it down in good order; nothing if it does not run."""
        self._end(self.stopping)

    def kill(self) -> None:
        """End it at once, as a crash does; nothing if it does not run."""
        self._end(self.killing)

    def restart(self) -> None:
        """Down in good order, and up again."""
        self.stop()
        self.start()

    def _end(self, how: signal.Signals) -> None:
        running, self._running = self._running, None
        if running:
            running.end(how, self.stop_seconds)
