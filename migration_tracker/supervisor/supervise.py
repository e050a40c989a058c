"""Runs a program: its preparation, then its services, restarted when they die, until told to stop."""

import contextlib
import signal
import time
from dataclasses import dataclass
from selectors import EVENT_READ, DefaultSelector

from migration_tracker.supervisor import kin
from migration_tracker.supervisor.child import Child
from migration_tracker.supervisor.console import Console
from migration_tracker.supervisor.errors import PreparationError, SupervisorError
from migration_tracker.supervisor.knock import Knock
from migration_tracker.supervisor.program import Patience, Program, Service

STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_TICK = 0.1  # seconds between two looks at the children and at what was asked for


@dataclass(slots=True)
class Running:
    """A service, the child that runs it at present, and when the next one is due."""

    service: Service
    child: Child | None = None
    since: float = 0.0
    due: float = 0.0
    pause: float = 0.0

    def next_pause(self, patience: Patience, now: float) -> float:
        """How long to wait before it is started again: longer each time, unless it ran long enough."""
        calm = now - self.since >= patience.calm
        self.pause = patience.first if calm or not self.pause else min(patience.most, 2 * self.pause)
        return self.pause


class Supervisor:
    """Owns the children of one program. One thread, no callbacks but the signals'."""

    def __init__(self, program: Program, console: Console) -> None:
        self._program = program
        self._console = console
        self._selector = DefaultSelector()
        self._services = [Running(service) for service in program.services]
        self._stops = 0

    def run(self) -> int:
        """Run until a signal asks for the end; the exit code."""
        for number in STOPS:
            signal.signal(number, self._stop)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
        try:
            self._prepare()
            self._serve()
        except SupervisorError as error:
            self._console.say(str(error))
            return 1
        finally:
            self._end()
        return 0

    def _stop(self, *_: object) -> None:
        self._stops += 1

    def _prepare(self) -> None:
        child = self._start(self._program.preparation)
        while not child.ended and not self._stops:
            self._selector.select(_TICK)
            self._console.say("\n".join(self._hear(child)))
        self._console.say("\n".join(self._finish(child)))
        if child.failed and not self._stops:
            raise PreparationError(f"{' '.join(self._program.preparation)} {child.fate}")

    def _serve(self) -> None:
        knock, welcomed = Knock(self._program.address), False
        while not self._stops:
            now = time.monotonic()
            for running in self._services:
                self._tend(running, now)
            self._relay()
            if not welcomed and knock.answered():
                welcomed = True
                self._console.say(f"\nOpen {self._program.address}  (Ctrl-C ends it)\n")
        knock.close()

    def _tend(self, running: Running, now: float) -> None:
        if running.child is None:
            if now >= running.due:
                running.child = self._start(running.service.command, running.service.files)
                running.since = now
        elif running.child.ended:
            fate = running.child.fate
            self._close(running)
            pause = running.next_pause(self._program.patience, now)
            running.due = now + pause
            self._console.say(f"{running.service.name} {fate}; it is started again in {pause:g} s")

    def _relay(self) -> None:
        self._selector.select(_TICK)
        for running in self._services:
            if running.child is not None:
                self._console.say("\n".join(self._hear(running.child)), name=running.service.name)

    def _close(self, running: Running) -> None:
        if running.child is not None:
            self._console.say("\n".join(self._finish(running.child)), name=running.service.name)
            running.child = None

    def _start(self, command: tuple[str, ...], files: tuple[int, ...] = ()) -> Child:
        child = Child(command, self._program.folder, files)
        self._selector.register(child.output, EVENT_READ)
        return child

    def _hear(self, child: Child) -> list[str]:
        lines = child.read()
        if child.silent:
            self._forget(child)
        return lines

    def _finish(self, child: Child) -> list[str]:
        self._forget(child)
        return child.close()

    def _forget(self, child: Child) -> None:
        with contextlib.suppress(KeyError):  # it was silent before
            self._selector.unregister(child.output)

    def _end(self) -> None:
        """Ask every service to end, wait within bounds or until asked again, then end what is left."""
        kin.adopt_orphans()  # from here on, for until now they went to the guard, who would see to them
        deadline = time.monotonic() + self._program.patience.grace
        if any(running.child is not None for running in self._services):
            self._console.say("Ending what was started; Ctrl-C again to do so at once")
        for running in self._services:
            if running.child is not None:
                running.child.signal(running.service.stop)
        while (
            self._stops < 2
            and time.monotonic() < deadline
            and any(running.child is not None and not running.child.ended for running in self._services)
        ):
            self._relay()
        for running in self._services:
            self._close(running)
        kin.end_descendants()
