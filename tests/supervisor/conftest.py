"""A supervisor over small stand-in commands, as a process of its own, and what it leaves behind."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

MARK = "SUPERVISOR_TEST"
PROGRAM = """
import sys
from pathlib import Path
from migration_tracker.supervisor.console import Console
from migration_tracker.supervisor.door import address, open_door
from migration_tracker.supervisor.guard import guard
from migration_tracker.supervisor.program import Patience, Program, Service
from migration_tracker.supervisor.supervise import Supervisor

def python(code):
    return (sys.executable, "-S", "-c", code)

door = open_door(sys.argv[1])
PREPARATION, SERVICES, PATIENCE = python(''), (), Patience(first=0.05, most=0.2, grace=5)
{body}
program = Program(address(door), Path.cwd(), PREPARATION, SERVICES, PATIENCE)
sys.exit(guard(lambda: Supervisor(program, Console(width=6)).run()))
"""


class Supervised:
    """A running supervisor: what it says, who belongs to it, and its end."""

    def __init__(self, arguments: list[str], port: int, **environment: str) -> None:
        self.port = port
        self._mark = uuid.uuid4().hex
        self.process = subprocess.Popen(
            [sys.executable, *arguments],
            env={**os.environ, **environment, MARK: self._mark},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as output:
            self.lines.extend(line.rstrip("\n") for line in output)

    @property
    def said(self) -> str:
        return "\n".join(self.lines)

    def says(self, text: str, seconds: float = 15) -> None:
        """Wait until it has said `text`."""
        self.until(lambda: text in self.said, seconds)

    def gone(self) -> None:
        """Wait until no process of it is left."""
        self.until(lambda: not self.family())

    def until(self, condition: Callable[[], object], seconds: float = 15) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"still {self.family()}, after it said:\n{self.said}"
            time.sleep(0.02)

    def family(self) -> dict[int, str]:
        """Every living process that inherited this supervisor's mark: its id and command line."""
        found = {}
        mark = f"{MARK}={self._mark}".encode()
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (folder / "environ").read_bytes().split(b"\0"):
                    found[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ")
            except OSError:
                continue
        return found

    @property
    def inner(self) -> int:
        """The process that supervises, as opposed to the one that guards it."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return int(children[0])

    def end(self, number: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(timeout=20)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.gone()
        self._reader.join()


Started = Iterator[Callable[..., Supervised]]


@pytest.fixture
def supervised(tmp_path: Path, unused_tcp_port: int) -> Started:
    """Starts a supervisor whose PREPARATION, SERVICES and PATIENCE the given lines of Python set."""
    started: list[Supervised] = []

    def start(body: str) -> Supervised:
        script = tmp_path / "program.py"
        script.write_text(PROGRAM.replace("{body}", textwrap.dedent(body)))
        started.append(Supervised([str(script), str(unused_tcp_port)], unused_tcp_port))
        return started[-1]

    yield start
    for each in started:
        each.close()


@pytest.fixture
def tracker(tmp_path: Path, unused_tcp_port: int, installation: Callable[[Path], dict[str, str]]) -> Started:
    """Starts the tracker itself, each time as the same new installation on the same port."""
    started: list[Supervised] = []
    own = installation(tmp_path / "data")

    def start(*wrapped: str, **variables: str) -> Supervised:
        arguments = [*wrapped, "-m", "migration_tracker.supervisor", "--end-with-parent"]
        environment = own | {
            "PORT": str(unused_tcp_port),
            "DJANGO_SETTINGS_MODULE": "migration_tracker.settings",
        }
        started.append(Supervised(arguments, unused_tcp_port, **environment | variables))
        return started[-1]

    yield start
    for each in started:
        each.close()
