"""What each of the three witnesses says of one worker, in a word and in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from migration_tracker.checklists.models import Verdict, Witness
from migration_tracker.checklists.queries import PEOPLE, ItemState
from migration_tracker.inventory.models import REMOVED, Status
from migration_tracker.smoke import queries as smoke
from migration_tracker.smoke.queries import Cell

STATUS_TEXT: dict[str, str] = {
    Status.MIGRATED: "All its clients come from the transport layer",
    Status.PARTIAL: "Some of its clients come from the transport layer, others are built by hand",
    Status.DIRECT: "It builds its own clients",
    Status.NONE: "It has no client at all",
    Status.UNKNOWN: "The scanner cannot decide what it builds",
    REMOVED: "The latest scan does not see it any more",
}


class Says(StrEnum):
    """Whether a witness says that the worker is done."""

    AGREE = "agree"
    DISAGREE = "disagree"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Testimony:
    """One witness's word: its state, and a sentence that says why."""

    state: Says
    text: str


@dataclass(frozen=True, slots=True)
class Witnesses:
    """The three of them, and what a proof still lacks."""

    people: Testimony
    code: Testimony
    smoke: Testimony
    missing: tuple[str, ...]


def hear(status: str, items: Sequence[ItemState], cells: Sequence[Cell], *, clean: bool) -> Witnesses:
    """Ask each witness about a worker whose code has `status` and is `clean` or not."""
    return Witnesses(
        people=_people(items),
        code=_code(status, items, clean=clean),
        smoke=_smoke(cells),
        missing=(
            *([] if clean else ["clean code"]),
            *(_asked(c) for c in cells if not c.proves),
        ),
    )


def _people(items: Sequence[ItemState]) -> Testimony:
    ticked = [item for item in items if item.tick]
    if not ticked:
        return Testimony(Says.SILENT, "Nobody has ticked anything.")
    if contested := [item for item in items if item.disagreement]:
        return Testimony(Says.AGREE, f"{_count(len(contested), 'item')} ticked against another witness.")
    lacking = [item for item in items if item.witness == PEOPLE and not item.settled]
    if lacking:
        return Testimony(
            Says.DISAGREE, f"Nobody vouches at present for “{lacking[0].title}”{_and_more(lacking)}."
        )
    old = [item for item in ticked if not item.tick_is_current]
    if old:
        return Testimony(Says.SILENT, f"{_count(len(old), 'tick')} older than the code.")
    return Testimony(Says.AGREE, f"{_count(len(ticked), 'item')} ticked.")


def _code(status: str, items: Sequence[ItemState], *, clean: bool) -> Testimony:
    if clean:
        waived = [item for item in items if item.witness == Witness.SCANNER and item.waived]
        rest = f"{_count(len(waived), 'item')} waived, the others met" if waived else "every item is met"
        return Testimony(Says.AGREE, f"Clean: all clients come from the transport layer, {rest}.")
    judged = [item for item in items if item.witness == Witness.SCANNER]
    unmet = [item for item in judged if item.verdict == Verdict.UNMET and not item.waived]
    text = STATUS_TEXT[status]
    if unmet:
        text += f"; unmet: “{unmet[0].title}”{_and_more(unmet)}"
    undecided = status == Status.UNKNOWN or (status == Status.MIGRATED and not unmet)
    return Testimony(Says.SILENT if undecided else Says.DISAGREE, f"{text}.")


def _smoke(cells: Sequence[Cell]) -> Testimony:
    flaky = "".join(
        f" Flaky on {c.transport}: this code has passed and failed there." for c in cells if c.flaky
    )
    failing = [c for c in cells if c.fails]
    if failing:
        return Testimony(Says.DISAGREE, " ".join(f"Fails on {c.transport}." for c in failing) + flaky)
    lacking = [c for c in cells if not c.proves]
    if lacking:
        return Testimony(Says.SILENT, " ".join(smoke.lacking(c) for c in lacking) + flaky)
    return Testimony(Says.AGREE, "Passed on kafka and on eventhub, on the code as it is now." + flaky)


def _asked(cell: Cell) -> str:
    """The pass that is missing; how far it must come is said where one did not."""
    return f"a pass on {cell.transport}" + (f" as far as “{cell.demanded}”" if cell.shortfall else "")


def _and_more(items: Sequence[ItemState]) -> str:
    return f" and {len(items) - 1} more" if len(items) > 1 else ""


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
