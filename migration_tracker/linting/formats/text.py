"""An outcome as lines for people, a problem a line, in the form that editors know."""

from __future__ import annotations

from collections.abc import Iterator

from migration_tracker.linting.outcome import Outcome, Problem
from migration_tracker.scanning import Place


def show(outcome: Outcome) -> str:
    """The problems, what is suppressed and why, and a summary."""
    return "\n".join(_lines(outcome))


def _lines(outcome: Outcome) -> Iterator[str]:
    yield from map(_problem, outcome.problems)
    for one in outcome.inventory.files.unreadable:
        yield f"{one.path}: not read: {one.reason}"
    for allowed in outcome.suppressed:
        yield f"{_at(allowed.found.place)}: allowed: {allowed.found.message}: {allowed.suppression.reason}"
    yield summary(outcome)


def summary(outcome: Outcome) -> str:
    """How many of what, in a line."""
    parts = [_many(len(outcome.problems), "problem"), _known(outcome), f"{len(outcome.suppressed)} allowed"]
    if outcome.inventory.files.unreadable:
        parts.append(f"{_many(len(outcome.inventory.files.unreadable), 'file')} not read")
    return ", ".join(parts)


def _known(outcome: Outcome) -> str:
    if outcome.problems and not outcome.is_recorded:
        return f"none known (--update-baseline begins {outcome.baseline})"
    return f"{len(outcome.known)} known in {outcome.baseline}" if outcome.known else "none known"


def _problem(one: Problem) -> str:
    return f"{_at(one.place)}: {one.check}: {one.message}"


def _at(place: Place) -> str:
    return f"{place.path}:{place.line}:{place.column}"


def _many(count: int, what: str) -> str:
    return f"{count or 'no'} {what}{'' if count == 1 else 's'}"
