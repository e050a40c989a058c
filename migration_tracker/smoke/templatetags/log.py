"""A worker's log for people: structured lines are spelled out, all others stay as they are."""

import json
from typing import Any

from django import template

register = template.Library()

# What structured loggers commonly call the parts of a line (structlog, python-json-logger, Bunyan, GCP).
_MESSAGE = ("event", "message", "msg")
_LEVEL = ("level", "levelname", "severity")
_MOMENT = ("timestamp", "asctime", "time", "@timestamp")
_TRACE = ("exception", "exc_info", "stack", "stack_info")


@register.filter
def readable(log: str) -> str:
    """The log with each line of JSON as time, level, message and the rest, its traceback below it."""
    return "\n".join(_line(line) for line in log.split("\n"))


def _line(line: str) -> str:
    if not line.startswith("{"):
        return line
    try:
        said = json.loads(line)
    except ValueError:
        return line
    if not isinstance(said, dict) or not (message := _take(said, _MESSAGE)):
        return line
    moment, level, trace = _take(said, _MOMENT), _take(said, _LEVEL), _take(said, _TRACE)
    rest = (f"{key}={value if isinstance(value, str) else json.dumps(value)}" for key, value in said.items())
    head = "  ".join(part for part in (_clock(moment), level.upper(), message, " ".join(rest)) if part)
    return f"{head}\n{trace.rstrip()}" if trace else head


def _take(said: dict[str, Any], names: tuple[str, ...]) -> str:
    """The first of these parts that is there, taken out."""
    found = [said.pop(name) for name in names if name in said]
    return str(found[0]) if found else ""


def _clock(moment: str) -> str:
    """Of an ISO 8601 moment the time of day, to the millisecond; the day is that of the run."""
    _, at, clock = moment.partition("T")
    return clock[:12].rstrip("Z") if at else moment
