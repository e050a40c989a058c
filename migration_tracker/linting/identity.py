"""What makes a use of the old client the same use tomorrow: no line number, no count."""

from __future__ import annotations

import re
from dataclasses import dataclass

from migration_tracker.scanning import Finding

_TOP = "<module>"
_QUOTED = re.compile(r"[%*?\[\]#\x00-\x1f\x7f]|^[ <=>|]| $")
_ESCAPE = re.compile(r"%([0-9A-F]{2})")
_WRITTEN = re.compile(
    r"(?P<path>.+)::(?P<within>[^\s:]+) (?P<rule>[a-z]+(?:-[a-z]+)*) "
    r"(?P<symbol>[^\s:](?:[^:]*[^\s:])?)"
)


@dataclass(frozen=True, slots=True, order=True)
class Identity:
    """A use: its file, the function or class around it ("" for the module's top), the rule and the symbol."""

    path: str
    within: str
    rule: str
    symbol: str

    def __str__(self) -> str:
        """How a baseline has it: one line, in which nothing can stand for more than itself."""
        path = _QUOTED.sub(lambda found: f"%{ord(found[0]):02X}", self.path)
        return f"{path}::{self.within or _TOP} {self.rule} {self.symbol}"

    @classmethod
    def parse(cls, line: str) -> Identity:
        """Read a line of a baseline.

        Raises:
            ValueError: it is not one; the message says why.
        """
        if wild := re.search(r"[*?\[\]]", line):
            raise ValueError(f"“{wild[0]}” is no wildcard here: each line names one use, in full")
        found = _WRITTEN.fullmatch(line)
        if found is None:
            raise ValueError("no entry: it should read path::name rule symbol")
        within = "" if found["within"] == _TOP else found["within"]
        path = _ESCAPE.sub(lambda code: chr(int(code[1], 16)), found["path"])
        return cls(path, within, found["rule"], found["symbol"])


def identity(found: Finding) -> Identity:
    """The identity of a scanner's finding."""
    return Identity(found.path, found.within, found.rule, found.symbol)
