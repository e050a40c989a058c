"""What is to be done next about a worker, and by whom: the one thing that stands in the way of its proof."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from migration_tracker.checklists.models import Verdict, Witness
from migration_tracker.checklists.queries import PEOPLE, ItemState
from migration_tracker.dashboard.rows import Row
from migration_tracker.inventory.models import Status
from migration_tracker.smoke.models import TITLES

RUNNER = "Somebody who may run smoke tests"


@dataclass(frozen=True, slots=True)
class Step:
    """A sentence that says who should do what, and the part of the page that it is about."""

    text: str
    place: str


def next_step(row: Row) -> Step | None:
    """The first thing to be done: witnesses that disagree come first, then code, then runs, then people.

    None when the worker is proven and nobody is asked to vouch for anything.
    """
    return next(_steps(row), None)


def _steps(row: Row) -> Iterator[Step]:
    who = ", ".join(row.owners) or "Whoever takes this worker, for nobody owns it"
    yield from _disagreements(row, who)
    if not row.clean:
        yield from _code(row, who)
    yield from _runs(row)
    for item in row.items:
        if item.witness == PEOPLE and not item.settled:
            yield _decision(item) or _sentence(
                f"Somebody who knows should vouch for “{item.title}”", f"#item-{item.key}"
            )


def _disagreements(row: Row, who: str) -> Iterator[Step]:
    for item in row.items:
        if item.tick and item.disagreement:
            says = "the code" if item.witness == Witness.SCANNER else "the smoke run"
            text = (
                f"{item.tick.by} should look again at “{item.title}”: it is ticked, and {says} says otherwise"
            )
            yield _sentence(text, f"#item-{item.key}")
    for cell in row.cells:
        if cell.fails and row.status == Status.MIGRATED and not cell.active:
            on = TITLES[cell.transport]
            yield _sentence(f"{who} should find out why it fails on {on}", f"#runs-{cell.transport}")


def _code(row: Row, who: str) -> Iterator[Step]:
    for item in row.items:
        if item.witness != Witness.SCANNER or item.settled:
            continue
        if decision := _decision(item):
            yield decision
        elif item.verdict == Verdict.UNMET:
            yield _sentence(f"{who} should see to “{item.title}” in the code", f"#item-{item.key}")
        else:
            text = f"{who} should look at “{item.title}”: the scanner cannot decide it"
            yield _sentence(text, f"#item-{item.key}")
    if row.status == Status.UNKNOWN:
        yield _sentence(
            f"{who} should make plain which clients it builds: the scanner cannot decide", "#findings"
        )
    elif row.status == Status.NONE:
        yield _sentence(
            f"{who} should say in migration.toml whether it is a worker: it has no client", "#findings"
        )
    elif row.status != Status.MIGRATED:
        yield _sentence(f"{who} should take its clients from the transport layer", "#findings")


def _runs(row: Row) -> Iterator[Step]:
    for cell in row.cells:
        place = f"#runs-{cell.transport}"
        on = TITLES[cell.transport]
        if cell.active:
            yield Step(f"Nothing before its smoke run on {on} is over.", place)
        elif cell.fails:
            yield _sentence(f"{RUNNER} should run it on {on} again, once its cause is mended", place)
        elif not cell.proves:
            yield _sentence(f"{RUNNER} should run it on {on}", place)


def _decision(item: ItemState) -> Step | None:
    """That somebody must decide on the waiver that was asked for, if one was."""
    if item.waiver is None or not item.waiver.asked:
        return None
    text = f"A lead other than {item.waiver.asked_by} should decide on the waiver of “{item.title}”"
    return _sentence(text, f"#item-{item.key}")


def _sentence(text: str, place: str) -> Step:
    return Step(f"{text}.", place)
