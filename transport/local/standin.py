"""A stand-in broker as its user sees it: a process of its own, started, waited for, and ended."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from transport.local.errors import StandInError

START_SECONDS = 20.0  # far more than a start takes (under one), so that a loaded machine is no error
_STOP_SECONDS = 5.0
_LOG_TAIL_BYTES = 16_384
_IMPORT_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class StandIn:
    """A running stand-in broker.

    Attributes:
        kind: `kafka` or `eventhub`.
        environment: what a client's environment must say to use it.
        endpoints: its addresses (`127.0.0.1:PORT`) by what is spoken there.
        pid: its process id.
        log: the file its standard error goes to; gone once the stand-in is stopped.
    """

    kind: str
    environment: Mapping[str, str] = field(repr=False)  # it holds a key
    endpoints: Mapping[str, str]
    pid: int
    log: Path

    def log_tail(self) -> str:
        """Return the last 16 KiB of what it logged."""
        return _tail(self.log)


@contextlib.contextmanager
def scratch_folder() -> Iterator[Path]:
    """Give an empty folder that is deleted when the block ends."""
    with tempfile.TemporaryDirectory(prefix="stand-in-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@contextlib.contextmanager
def process(module: str, options: Mapping[str, Any], folder: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Run a stand-in's module until the block ends; `child` is its side of this.

    Args:
        module: the dotted name of the module to run.
        options: JSON values for it; they may be secret, no process list shows them.
        folder: an existing folder for its log. The stand-in deletes it should this process be killed.

    Returns:
        Its process id and the facts it told.

    Errors:
        StandInError: it ended, or told nothing for START_SECONDS.
    """
    # -P and a path of our own: a `transport` package in the current directory must not be taken for this one.
    command = [sys.executable, "-P", "-m", module]
    environment = {**os.environ, "PYTHONPATH": str(_IMPORT_ROOT)}
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log
        ) as running,
    ):
        try:
            told = {**options, "parent": os.getpid(), "folder": str(folder)}
            yield running.pid, _facts(running, told, folder / "log")
        finally:
            _stop(running)


def _facts(running: subprocess.Popen[bytes], options: Mapping[str, Any], log: Path) -> dict[str, Any]:
    assert running.stdin
    assert running.stdout
    with contextlib.suppress(BrokenPipeError):  # it ended already; the missing answer says so
        running.stdin.write(json.dumps(options).encode() + b"\n")
        running.stdin.flush()
    overdue = threading.Timer(START_SECONDS, running.kill)  # its end closes the pipe we read from
    overdue.start()
    line = running.stdout.readline()
    late = overdue.finished.is_set()
    overdue.cancel()
    overdue.join()
    if line:
        facts: dict[str, Any] = json.loads(line)
        return facts
    _stop(running)
    how = (
        f"was not ready within {START_SECONDS:.0f} s"
        if late
        else f"ended with exit code {running.returncode}"
    )
    raise StandInError(f"The stand-in broker {how}: {_last_line(log)}")


def _stop(running: subprocess.Popen[bytes]) -> None:
    running.terminate()
    try:
        running.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        running.kill()
        running.wait()


def _tail(log: Path) -> str:
    with log.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - _LOG_TAIL_BYTES))
        return file.read().decode(errors="replace")


def _last_line(log: Path) -> str:
    lines = _tail(log).strip().splitlines()
    return lines[-1] if lines else "it logged nothing"
