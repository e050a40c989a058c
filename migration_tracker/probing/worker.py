"""The worker under test: its process, since when it runs, how it ended."""

from __future__ import annotations

import signal
import time

from migration_tracker.probing.crash import last_exception
from migration_tracker.probing.process import Process
from migration_tracker.probing.watch import Watch

_LAST_WORDS = 5.0  # a process that is told to abort, or prints a traceback, is about to end


class Ended(Exception):
    """The worker ended while something was awaited from it."""


class Worker:
    """A worker that was started."""

    def __init__(self, process: Process, watch: Watch) -> None:
        self.process, self.log = process, process.log
        self.ready = False
        self._watch = watch
        self._started = time.monotonic()

    def age(self) -> float:
        """Seconds since its start."""
        return time.monotonic() - self._started

    def ended(self) -> bool:
        return self.process.exit_code() is not None

    def was_killed(self) -> bool:
        """Whether somebody has ended it by SIGKILL."""
        return self.process.exit_code() == -signal.SIGKILL

    def ends_soon(self) -> bool:
        """Whether it ends within the time that last words take."""
        return self._watch.until(self.ended, _LAST_WORDS)

    def still_there(self) -> None:
        """Raises Ended."""
        if self.ended():
            raise Ended

    def last_words(self) -> str:
        """The exception it died of, else the last line of its log."""
        if self.ended():
            self.process.drain()
        return last_exception(self.log.text()) or "it said nothing"

    def end(self) -> str:
        """How it ended of itself, for the report."""
        code = self.process.exit_code() or 0
        how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"exited with code {code}"
        when = "before it was told to stop" if self.ready else "before it was ready"
        return f"{how} {when}: {self.last_words()}"

    def show_stacks(self) -> None:
        """Make it write the stack of each of its threads to its log, and end."""
        self.process.abort()
        self.ends_soon()
        self.process.drain(0.5)
