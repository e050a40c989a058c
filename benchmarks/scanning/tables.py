"""What was measured, as Markdown: a table a corpus, and what of the aims was reached."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from statistics import median

from benchmarks.timing import Result, Turn

_CPU: Callable[[Turn], float] = attrgetter("cpu")
_SECONDS: Callable[[Turn], float] = attrgetter("seconds")
_MEGABYTES: Callable[[Turn], float] = attrgetter("megabytes")

_COLD, _WARM = "ruff, no cache", "ruff, cached"
_KINDS = {"ruff, cached": _WARM, "inventory, warm": _WARM, "whole scan, warm": _WARM}


@dataclass(frozen=True, slots=True)
class Aim:
    """What was aimed at: a row's processor time as a multiple of another's, or its megabytes.

    Args:
        row: whose figure it is.
        most: what it may be; negative for what it is to be at least.
        beside: the row that it is a multiple of; empty for megabytes.
    """

    row: str
    most: float
    beside: str = ""


AIMS: Mapping[str, Sequence[Aim]] = {
    "ours": [Aim("inventory, cold", 10, _COLD), Aim("inventory, warm", 2, _WARM)],
    "dense": [
        Aim("inventory, cold", 10, _COLD),
        Aim("inventory, warm", 2, _WARM),
        Aim("fixit", -30, "inventory, cold"),
    ],
    "large": [Aim("inventory, cold", 1, _COLD)],
    "generated": [
        Aim("inventory, cold", 10, _COLD),
        Aim("inventory, warm", 2, _WARM),
        Aim("inventory, cold", 300),
    ],
    "history": [Aim("history, cold", 10, "floor: git cat-file"), Aim("history, warm", 1, "git log -G")],
}


def section(name: str, title: str, taken: str, results: Sequence[Result]) -> str:
    """The tables of a corpus.

    Args:
        name: the corpus.
        title: what it is, for the first heading.
        taken: when and how it was measured, in a line.
        results: what was measured.
    """
    by_name = {one.name: one for one in results}
    if name == "history":
        beside = {
            "CPU × floor": dict.fromkeys(by_name, "floor: git cat-file"),
            "CPU × git log -G": dict.fromkeys(by_name, "git log -G"),
        }
    else:
        beside = {"CPU × ruff, same kind": {row: _KINDS.get(row, _COLD) for row in by_name}}
    headings = [title, "s", "CPU s", "MB", *beside]
    rows = [_row(one, by_name, list(beside.values())) for one in results]
    aims = [_judged(aim, by_name) for aim in AIMS[name]]
    return "\n\n".join([taken, _table(headings, rows), _table(["aim", "measured", ""], aims)])


def _row(one: Result, by_name: Mapping[str, Result], beside: Sequence[Mapping[str, str]]) -> list[str]:
    if not one.turns:
        return [one.name, one.ended, "", "", *("" for _ in beside)]
    name = f"{one.name} ({one.ended})" if one.ended else one.name
    figures = [_figure(one.middle(_SECONDS)), _figure(one.middle(_CPU)), f"{one.middle(_MEGABYTES):.0f}"]
    return [name, *figures, *(_multiple(one, by_name.get(columns[one.name])) for columns in beside)]


def _multiple(one: Result, other: Result | None) -> str:
    """A multiple of processor time: in the middle, and from the least to the most over the rounds."""
    if one is other:
        return "1"
    ratios = one.ratios(other, _CPU) if other is not None else []
    if not ratios:
        return "–"
    least, middle, most = (
        f"{one:.2f}" if one < 2 else f"{one:.1f}" if one < 20 else f"{one:.0f}" for one in _spread(ratios)
    )
    return middle if least == most else f"{middle} ({least} to {most})"


def _spread(ratios: Sequence[float]) -> tuple[float, float, float]:
    return min(ratios), median(ratios), max(ratios)


def _judged(aim: Aim, by_name: Mapping[str, Result]) -> list[str]:
    bound = f"at least {-aim.most:g}" if aim.most < 0 else f"at most {aim.most:g}"
    wanted = f"{aim.row}: {bound} {f'× {aim.beside}' if aim.beside else 'MB'}"
    one, other = by_name.get(aim.row), by_name.get(aim.beside)
    if one is None or not one.turns or (aim.beside and (other is None or not other.turns)):
        return [wanted, "–", "not shown"]
    if other is None:
        measured, told = one.middle(_MEGABYTES), f"{one.middle(_MEGABYTES):.0f} MB"
    else:
        measured, told = median(one.ratios(other, _CPU)), _multiple(one, other)
    is_reached = measured >= -aim.most if aim.most < 0 else measured <= aim.most
    return [wanted, told, "reached" if is_reached else "missed"]


def _figure(seconds: float) -> str:
    return f"{seconds:.3f}" if seconds < 1 else f"{seconds:.2f}" if seconds < 10 else f"{seconds:.1f}"


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [headings, ["---", *["---:"] * (len(headings) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def put(document: Path, name: str, text: str) -> None:
    """Replace what a document says of a corpus, between its marks.

    Raises:
        ValueError: the document has no such marks; the text says which.
    """
    begin, end = f"<!-- scanning {name} -->", f"<!-- /scanning {name} -->"
    before, opened, rest = document.read_text(encoding="utf-8").partition(begin)
    _, closed, after = rest.partition(end)
    if not opened or not closed:
        raise ValueError(f"{document}: needs the lines {begin} and {end}, between which the tables go")
    document.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")
