"""Why a process died, read from the end of its log: the exception line of its last traceback."""

from __future__ import annotations

import json
import re

_HEADER = "Traceback (most recent call last):"
_UNPARSED = re.compile(r'\s+File ".+", line \d+$')  # a syntax error in the program itself has no header
_GROUP_FRAME = re.compile(r"^\s*(?:\+-\+-+ \d+ -+|[|+](?: |$))")  # the drawing around exception groups
_EXCEPTION = re.compile(
    r"^(?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception|Exit|Interrupt|Warning|Available)\b(?::|$)"
)
_LONGEST = 500


def last_exception(log: str) -> str:
    """The last exception line of the last traceback in `log`; without one, the last line that looks like an
    exception, else the last line at all; "" for an empty log."""
    lines = [line for raw in log.splitlines() for line in _unfold(raw)]
    starts = [number for number, line in enumerate(lines) if _HEADER in line]
    if starts and (found := _after_frames(lines[starts[-1] + 1 :])):
        return found[:_LONGEST]
    spoken = [line.strip() for line in lines if line.strip()]
    return next((line for line in reversed(spoken) if _EXCEPTION.match(line)), spoken[-1] if spoken else "")[
        :_LONGEST
    ]


def is_traceback(line: str) -> bool:
    """Whether a line of output begins a traceback."""
    return bool(_UNPARSED.match(line)) or any(_HEADER in part for part in _unfold(line)[:1])


def _after_frames(lines: list[str]) -> str:
    for line in lines:
        bare = _GROUP_FRAME.sub("", line, count=1)
        if bare and not bare[0].isspace():
            return bare.strip()
    return ""


def _unfold(line: str) -> list[str]:
    """A JSON log line holds its traceback in one of its strings; any other line is itself."""
    if line.startswith("{") and _HEADER in line:
        try:
            entry = json.loads(line)
        except ValueError:
            return [line]
        if isinstance(entry, dict):
            for text in entry.values():
                if isinstance(text, str) and _HEADER in text:
                    return text.splitlines()
    return [line]
