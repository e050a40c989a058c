"""The baseline: the uses that are known and still to be migrated, one sorted line each.

It only shrinks. Lines name uses by identity, so that work elsewhere in a file does not touch them and two
branches that migrate different workers change different lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from migration_tracker.linting.errors import BaselineError
from migration_tracker.linting.identity import Identity

_HEAD = (
    "# What still uses the old client, known and to be migrated: path::name rule symbol.\n"
    "# Written by `migration-tracker lint --update-baseline`, which takes lines away and adds no new use.\n"
)


@dataclass(frozen=True, slots=True)
class Baseline:
    """Known uses, each with the number of its line in the file called `name`."""

    name: str
    lines: Mapping[Identity, int] = field(default_factory=dict)

    def write(self, path: Path, known: Iterable[Identity]) -> Baseline:
        """Write a file that holds just the known uses; returns it.

        Raises:
            BaselineError: it cannot be written.
        """
        entries = sorted(set(known), key=str)
        text = _HEAD + "".join(f"{entry}\n" for entry in entries)
        try:
            path.write_bytes(text.encode(errors="surrogateescape"))
        except OSError as error:
            raise BaselineError(f"{path}: cannot be written: {error.strerror}") from None
        return parse(text, self.name)


def load(path: Path, name: str) -> Baseline:
    """Read a baseline; `name` is how messages call it.

    Raises:
        BaselineError: it is missing, unreadable, or has a line that is no entry.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise BaselineError(f"{path}: there is no such file; --update-baseline writes one") from None
    except OSError as error:
        raise BaselineError(f"{path}: cannot be read: {error.strerror}") from None
    return parse(content.decode(errors="surrogateescape"), name)


def parse(text: str, name: str) -> Baseline:
    """The baseline of a text. Raises BaselineError with the first line that is no entry."""
    lines: dict[Identity, int] = {}
    for number, line in enumerate(text.split("\n"), 1):
        line = line.rstrip("\r")
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith(("<<<<<<<", "=======", ">>>>>>>", "|||||||")):
            raise BaselineError(
                f"{name}:{number}: the rest of a merge conflict; keep the lines of both sides"
            )
        try:
            lines.setdefault(Identity.parse(line), number)
        except ValueError as error:
            raise BaselineError(f"{name}:{number}: {error}; --update-baseline writes it right") from None
    return Baseline(name, lines)
