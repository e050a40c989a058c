"""The burn-down as a picture in the terminal, with the commits behind each step; coloured only there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TextIO

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from migration_tracker.scanning.history.points import Counts, Point
from migration_tracker.scanning.history.turns import Turn
from migration_tracker.scanning.inventory import Status

_FROM_THE_GROUND = (Status.DIRECT, Status.PARTIAL, Status.UNKNOWN, Status.NONE, Status.MIGRATED)
"""What is to go stands at the bottom, so that it can be seen to burn down."""
_LOOKS = {
    Status.DIRECT: ("█", "red"),
    Status.PARTIAL: ("▓", "yellow"),
    Status.UNKNOWN: ("?", "magenta"),
    Status.NONE: ("·", "dim"),
    Status.MIGRATED: ("░", "green"),
}
_HIGHEST, _PLAIN_WIDTH = 20, 160


def write(line: Sequence[Point], file: TextIO) -> None:
    """Draw the points of the line of first parents, oldest first, and list the commits behind each step."""
    console = _console(file)
    began = next((at for at, point in enumerate(line) if any(point.counts.values())), len(line))
    line = line[began:]
    columns = _columns(line, console.width - 8)
    for row in _picture(columns):
        console.print(row)
    console.print(_dates(columns))
    console.print(_legend())
    console.print(_steps(line, plain=not file.isatty()))
    now = line[-1].counts
    listed = ", ".join(f"{now[status]} {status}" for status in Status if now.get(status))
    console.print(f"{len(line)} commits on the line of first parents; now {listed or 'no worker'}.")


def write_turns(turns: Iterable[Turn], file: TextIO) -> None:
    """List the turns of one worker, oldest first."""
    table = _table(("date", "commit", "status", "path", "author", "subject"), plain=not file.isatty())
    for turn in turns:
        status = Text(turn.status, style=_LOOKS[turn.status][1]) if turn.status else Text("gone")
        commit = turn.commit
        table.add_row(
            commit.date[:10],
            commit.id[:10],
            status,
            escape(turn.path or ""),
            escape(commit.author),
            escape(commit.subject),
        )
    _console(file).print(table)


def _console(file: TextIO) -> Console:
    return Console(file=file, width=None if file.isatty() else _PLAIN_WIDTH, highlight=False)


def _columns(line: Sequence[Point], width: int) -> list[Point]:
    """As many points as fit; of those that share a column, the last."""
    if len(line) <= width:
        return list(line)
    return [line[(column + 1) * len(line) // width - 1] for column in range(width)]


def _picture(columns: Sequence[Point]) -> Iterator[Text]:
    highest = max(sum(point.counts.values()) for point in columns)
    rows = min(highest, _HIGHEST)
    piles = [_pile(point.counts, highest, rows) for point in columns]
    for row in reversed(range(rows)):
        mark = f"{round((row + 1) * highest / rows):>5} ┤" if row in (rows - 1, 0) else "      │"
        text = Text(mark)
        for pile in piles:
            if row < len(pile):
                glyph, style = _LOOKS[pile[row]]
                text.append(glyph, style=style)
            else:
                text.append(" ")
        yield text


def _pile(counts: Counts, highest: int, rows: int) -> list[Status]:
    """The statuses of a column from the ground up, in rows; a status that is there is never rounded away."""
    edges = [0.0]
    for status in _FROM_THE_GROUND:
        edges.append(edges[-1] + counts.get(status, 0) * rows / highest)
    pile: list[Status] = []
    for status, (low, high) in zip(_FROM_THE_GROUND, pairwise(edges), strict=True):
        if high > low:
            pile += [status] * max(1, round(high) - len(pile))
    return pile[:rows]


def _dates(columns: Sequence[Point]) -> str:
    first, last = columns[0].commit.date[:10], columns[-1].commit.date[:10]
    gap = len(columns) - len(first) - len(last)
    return f"      └{'─' * len(columns)}\n       {first}{' ' * gap}{last if gap > 0 else ''}"


def _legend() -> Text:
    text = Text("       ")
    for status in _FROM_THE_GROUND:
        glyph, style = _LOOKS[status]
        text.append(glyph, style=style)
        text.append(f" {status}   ")
    text.append("\n")
    return text


def _steps(line: Sequence[Point], *, plain: bool) -> Table:
    table = _table(("date", "commit", *Status, "author", "subject"), plain=plain)
    before: Counts = {}
    for point in line:
        if any(point.counts.get(status, 0) != before.get(status, 0) for status in Status):
            table.add_row(
                point.commit.date[:10],
                point.commit.id[:10],
                *(_change(before.get(status, 0), point.counts.get(status, 0)) for status in Status),
                escape(point.commit.author),
                escape(point.commit.subject),
            )
        before = point.counts
    return table


def _change(before: int, now: int) -> str:
    return f"{now}" if now == before else f"{now} ({now - before:+d})"


def _table(columns: Iterable[str], *, plain: bool) -> Table:
    table = Table(
        box=None if plain else box.SIMPLE_HEAD, pad_edge=False, header_style="" if plain else "bold"
    )
    for column in columns:
        table.add_column(column, no_wrap=column != "subject", overflow="fold")
    return table
