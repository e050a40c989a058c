"""An outcome as workflow commands that GitHub shows beside the lines of a pull request.

Their form: docs.github.com, "Workflow commands for GitHub Actions"; how they are escaped: `command.ts` in
actions/toolkit. GitHub shows ten a step and kind, so the summary goes last as plain text.
"""

from __future__ import annotations

from migration_tracker.linting.formats import text
from migration_tracker.linting.outcome import Outcome, Problem


def show(outcome: Outcome) -> str:
    """An error for each problem, a warning for each file that could not be read, and the summary."""
    lines = [_annotation(one, outcome.from_top(one.place.path)) for one in outcome.problems]
    lines += [
        f"::warning file={_property(outcome.from_top(one.path))},title=not read::{_data(one.reason)}"
        for one in outcome.inventory.files.unreadable
    ]
    return "\n".join([*lines, _plain(text.summary(outcome))])


def _annotation(one: Problem, path: str) -> str:
    where = {
        "file": path,
        "line": one.place.line,
        "col": one.place.column,
        "title": one.check,
    }
    told = ",".join(f"{name}={_property(str(value))}" for name, value in where.items())
    return f"::error {told}::{_data(one.message)}"


def _data(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")


def _plain(line: str) -> str:
    """A line that GitHub does not take for a command."""
    return line.removeprefix("::")
