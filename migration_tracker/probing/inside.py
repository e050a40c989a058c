"""What is seen from inside a worker: its handler's calls, and what it leaves running."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from migration_tracker.probing.plan import Plan

PRELUDE = Path(__file__).parent / "prelude"
_NAMES = "MIGRATION_TRACKER_NAMES"
_VARIABLE = "MIGRATION_TRACKER_WATCH"


@dataclass(frozen=True, slots=True)
class Left:
    """Something that went on after the handler had returned, or after the worker's end, and who began it."""

    what: str
    where: str

    def __str__(self) -> str:
        return f"{self.what}, begun at {self.where}"


class Inside:
    """The watch over the handler of one worker; `record` holds what was seen.

    Args:
        record: the file where the prelude writes what it sees.
        plan: says where the handler is handed over, and whose code counts.
        handler: the function that the description names, as `module:Class.method`; "" for none.
    """

    def __init__(self, record: Path, plan: Plan, handler: str) -> None:
        self.record, self._plan, self._handler = record, plan, handler

    def environment(
        self, names: Mapping[str, str], *, raises: bool = False, hold: float = 0.0
    ) -> dict[str, str]:
        """What puts the watch into a Python process whose environment is `names`.

        Args:
            raises: whether the handler raises each time, before it does anything.
            hold: seconds that each call of it is held up where it first waits for something.
        """
        asked = {
            "record": str(self.record),
            "folder": str(self._plan.folder),
            "handler": self._handler,
            "functions": list(self._plan.hands_over),
            "layer": list(self._plan.layer),
            "raises": raises,
            "hold": hold,
        }
        return with_prelude(names) | {_VARIABLE: json.dumps(asked)}

    def keep_to(self, prefix: str) -> dict[str, str]:
        """What keeps a Python process, in which the prelude is, to names that begin with `prefix`."""
        return {_NAMES: json.dumps({"record": str(self.record), "prefix": prefix})}

    def forget(self) -> None:
        """What was seen in a life before does not count for the next."""
        self.record.unlink(missing_ok=True)

    def knows(self) -> bool:
        """Whether the handler was found; a worker that is no Python, or runs isolated, shows none."""
        return bool(self.seen("known"))

    def seen(self, event: str) -> list[Left]:
        """Each time that `event` was seen: `known`, `connected`, `called`, `raised`, `returned`, `left`,
        `unfinished`, `led`, `foreign`."""
        try:
            lines = self.record.read_text().splitlines(keepends=True)
        except FileNotFoundError:
            return []
        said = [json.loads(line) for line in lines if line.endswith("\n")]
        folder = f"{self._plan.folder}{os.sep}"
        return [
            Left(entry["what"], entry["where"].removeprefix(folder))
            for entry in said
            if entry["event"] == event
        ]

    def left(self) -> list[Left]:
        """What went on after the handler had returned, or was cut off at the worker's end; each once."""
        return list(dict.fromkeys([*self.seen("left"), *self.seen("unfinished")]))


def with_prelude(names: Mapping[str, str]) -> dict[str, str]:
    """What makes a Python process whose environment is `names` import the prelude first."""
    before = [place for place in names.get("PYTHONPATH", "").split(os.pathsep) if place]
    places = [str(PRELUDE), *(place for place in before if place != str(PRELUDE))]
    return {"PYTHONPATH": os.pathsep.join(places)}
