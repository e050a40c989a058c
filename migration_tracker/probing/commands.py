"""The definition's commands that a run needs beside the worker itself: its description, and the world
outside."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from migration_tracker.probing.crash import is_traceback, last_exception
from migration_tracker.probing.description import Description, parse
from migration_tracker.probing.errors import CommandError
from migration_tracker.probing.log import BoundedLog
from migration_tracker.probing.process import Household, Process
from migration_tracker.probing.watch import Watch

_MEGABYTE = 1024 * 1024
_JSON_LINE = r"^\{.*\}[ \t\r]*\n"


class Crashed(Exception):
    """The describe command died with a traceback: the worker's own code cannot be imported."""

    def __init__(self, code: int, log: str) -> None:
        super().__init__(f"exited with code {code} when asked to describe itself: {last_exception(log)}")
        self.log = log


class Question:
    """The describe command, under way; it is asked while the broker starts."""

    def __init__(
        self, command: tuple[str, ...], household: Household, folder: Path, environment: Mapping[str, str]
    ) -> None:
        self._text = " ".join(command)
        self._answer = BoundedLog(head=_MEGABYTE)
        self._process = household.start(
            command, folder=folder, environment=environment, log=BoundedLog(), output=self._answer
        )

    def answer(self, watch: Watch, seconds: float) -> Description:
        """The description. Raises Crashed for the worker's fault, CommandError or DescriptionError for
        another's."""
        if not watch.until(lambda: self._process.exit_code() is not None, seconds):
            raise CommandError(
                f"{self._text!r} did not end within {seconds:g} s; it must print JSON and exit"
            )
        self._process.drain()
        if code := self._process.exit_code():
            log = self._process.log.text()
            if any(map(is_traceback, log.splitlines())):
                raise Crashed(code, log)
            raise CommandError(
                f"{self._text!r} exited with code {code}: {last_exception(log) or 'it said nothing'}"
            )
        return parse(self._answer.text(), f"the output of {self._text!r}")


class Service:
    """A part of the world outside: a command that prints one line of JSON, its environment, and runs until
    SIGTERM."""

    def __init__(
        self,
        name: str,
        command: tuple[str, ...],
        household: Household,
        folder: Path,
        environment: Mapping[str, str],
    ) -> None:
        self.name = name
        self._output = BoundedLog(pattern=_JSON_LINE)
        self._process: Process = household.start(
            command, folder=folder, environment=environment, log=BoundedLog(), output=self._output
        )

    def environment(self, watch: Watch, seconds: float) -> dict[str, str]:
        """What it prints, once it is ready. Raises CommandError."""
        watch.until(lambda: self._output.seen.is_set() or self._process.exit_code() is not None, seconds)
        self._process.drain(0 if self._process.exit_code() is None else 2)
        if fault := self.fault():
            raise CommandError(fault)
        if not self._output.seen.is_set():
            raise CommandError(f"service {self.name!r} printed no line of JSON within {seconds:g} s")
        try:
            said = json.loads(self._output.match)
        except ValueError as error:
            raise CommandError(f"service {self.name!r} printed a line that is not JSON: {error}") from error
        if wrong := [
            key for key, value in said.items() if not re.fullmatch(r"\w+", key) or not isinstance(value, str)
        ]:
            raise CommandError(f"service {self.name!r}: {wrong[0]!r} is no variable with a text for a value")
        return dict(said)

    def fault(self) -> str:
        """Why it is not there any more; empty while it runs."""
        code = self._process.exit_code()
        if code is None:
            return ""
        return f"service {self.name!r} exited with code {code}: {last_exception(self._process.log.text())}"
