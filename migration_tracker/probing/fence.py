"""The egress fence of a run on Event Hubs: a worker reaches its broker and services, nothing else."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from migration_tracker.probing.cause import KAFKA_BOOTSTRAP, Cause
from migration_tracker.probing.inside import with_prelude

_VARIABLE = "MIGRATION_TRACKER_FENCE"
_ADDRESS = re.compile(r"(?<![\w.-])([A-Za-z0-9](?:[\w.-]*\w)?|\[[0-9A-Fa-f:]+\]):(\d{1,5})(?!\d)")
_KAFKA_CLIENT = re.compile(r"[/\\](?:aiokafka|kafka)[/\\]")
_SHOWN = 40  # frames of a stack
_LIBRARY = re.compile(r"[/\\](?:site-packages|lib[/\\]python3\.\d+)[/\\]|^<")
_WHERE_INSTALLED = re.compile(r"^.*[/\\](?=(?:site-packages|python3\.\d+)[/\\])")


@dataclass(frozen=True, slots=True)
class Attempt:
    """A connection that was refused: where to, and the Python stack of who tried, outermost first."""

    address: str
    stack: tuple[str, ...]

    @property
    def culprit(self) -> str:
        """The innermost frame that is not a library's."""
        own = [frame for frame in self.stack if not _LIBRARY.search(frame)]
        return (own or list(self.stack) or ["unknown"])[-1]

    @property
    def text(self) -> str:
        who = (
            self.culprit if self.stack else "something that does not use Python's sockets, seen from outside"
        )
        return f"it tried to reach {self.address}, neither its broker nor a service of its: {who}"

    @property
    def cause(self) -> Cause | None:
        """The known cause, where a Kafka client tried."""
        if not any(map(_KAFKA_CLIENT.search, self.stack)):
            return None
        host, _, port = self.address.rpartition(":")
        return Cause(KAFKA_BOOTSTRAP, ConnectionRefusedError.__name__, host, int(port))

    def as_json(self) -> dict[str, Any]:
        """Libraries without where they are installed, which tells nobody anything."""
        return {"address": self.address, "stack": [_WHERE_INSTALLED.sub("", frame) for frame in self.stack]}


class Fence:
    """The fence around the workers of one run: inside them, and a wall outside unless `missing` says why not.

    Args:
        record: the file where the prelude writes who was refused.
        outside: the file where the outlet does.
        code: the folder of the worker's code; places in it are told from there.
        environments: of the broker and the services; every `host:port` in it may be reached.
    """

    def __init__(
        self,
        record: Path,
        environments: Iterable[Mapping[str, str]],
        outside: Path | None = None,
        code: Path | None = None,
    ) -> None:
        self._record, self._outside, self.missing = record, outside, ""
        self._code = f"{code}{os.sep}" if code else ""
        self.allowed = tuple(
            sorted(
                {
                    f"{found[1].strip('[]')}:{found[2]}"
                    for environment in environments
                    for value in environment.values()
                    for found in _ADDRESS.finditer(value)
                }
            )
        )

    def environment(self, names: Mapping[str, str]) -> dict[str, str]:
        """What puts the fence into a Python process whose environment is `names`."""
        return with_prelude(names) | {_VARIABLE: "\n".join([str(self._record), *self.allowed])}

    def stood(self) -> bool:
        """Whether a worker has taken it up; one that is no Python, or runs isolated, does not."""
        return self._record.exists()

    def evidence(self) -> dict[str, Any]:
        """What may be reached, and which fence stands."""
        return {
            "reachable": list(self.allowed),
            "inside": "stands" if self.stood() else "none: it is no Python, or an isolated one",
            "outside": f"none: {self.missing}" if self.missing else "a network namespace",
        }

    def refused(self) -> list[Attempt]:
        """Who was refused so far, each place once."""
        lines: list[str] = []
        for record in filter(None, (self._record, self._outside)):
            with suppress(FileNotFoundError):
                lines += record.read_text().splitlines(keepends=True)
        said = [json.loads(line) for line in lines if line.endswith("\n")]
        attempts = {entry["address"]: entry["stack"][-_SHOWN:] for entry in reversed(said)}
        return [
            Attempt(address, tuple(frame.removeprefix(self._code) for frame in stack))
            for address, stack in reversed(attempts.items())
        ]
