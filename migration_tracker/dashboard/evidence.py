"""Where the evidence of a success criterion can be looked at: runs, findings, checklist items, documents."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from migration_tracker.addresses import address
from migration_tracker.criteria import Outcome
from migration_tracker.dashboard.board import Board
from migration_tracker.definition import Criterion

_NAMED = 3  # workers that a reason names


@dataclass(frozen=True, slots=True)
class Link:
    """Words, and where they lead; `address` is empty for words that lead nowhere."""

    text: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A criterion as the board shows it."""

    outcome: Outcome
    reason: Sequence[Link]
    links: Sequence[Link]


def shown(board: Board) -> list[Shown]:
    """Every criterion of a board with the links to its evidence."""
    return [Shown(one, [*_reason(board, one)], [*_links(board, one)]) for one in board.criteria]


def _reason(board: Board, outcome: Outcome) -> Iterator[Link]:
    """The reason in parts; the workers that it names lead to what testifies on their pages."""
    named = sorted(outcome.lacking[:_NAMED], key=len, reverse=True)
    parts = re.split(f"({'|'.join(map(re.escape, named))})", outcome.reason) if named else [outcome.reason]
    for part in parts:
        if part in named:
            worker = address("dashboard:worker", board.migration.key, part)
            yield Link(part, worker + _place(outcome.criterion))
        elif part:
            yield Link(part)


def _links(board: Board, outcome: Outcome) -> Iterator[Link]:
    criterion = outcome.criterion
    if criterion.transport:
        yield Link(f"runs on {criterion.transport}", f"?sort={criterion.transport}#matrix")
    if criterion.items:
        yield Link("checklists", "?sort=checklist#matrix")
    if criterion.status:
        yield Link("what the code says", "?sort=code#matrix")
    yield from _documents(board, criterion)


def _place(criterion: Criterion) -> str:
    """The part of a worker's page that testifies."""
    if criterion.transport:
        return f"#runs-{criterion.transport}"
    return f"#item-{criterion.items[0]}" if criterion.items else "#findings"


def _documents(board: Board, criterion: Criterion) -> Iterator[Link]:
    """The documents themselves where the definition says how a file is linked, else what their phase says."""
    if board.scan is None:
        return
    described = board.scan.definition
    known = {f"{phase.key}/{item.key}": (phase, item) for phase in described.phases for item in phase.items}
    for name in criterion.phase_items:
        phase, item = known[name]
        address = described.links.to_line(board.scan.commit, item.document, 1) if item.document else ""
        yield Link(item.document or item.title, address or f"#phase-{phase.key}")
