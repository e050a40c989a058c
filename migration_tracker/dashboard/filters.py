"""Which rows the matrix shows, in which order: chosen in the address bar, so that a view can be shared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.paginator import Page, Paginator
from django.http import QueryDict

from migration_tracker.dashboard.board import Board
from migration_tracker.dashboard.rows import BEFORE_THE_PLAN, Row
from migration_tracker.inventory.models import REMOVED, Status
from migration_tracker.smoke.models import Result, Transport

ANY = ("", "any")
PROVEN = "proven"
DISAGREEING = "disagreeing"
PAGE_ROWS = 100
NAME = "name"
FLAKY = "flaky"
NOBODY = "nobody"

_STATUSES = {word: place for place, word in enumerate((*Status.values[::-1], REMOVED))}
_RESULTS = {
    word: place
    for place, word in enumerate(
        (Result.FAILED, Result.ERROR, Result.CANCELLED, "stale", "never", "queued", "running", Result.PASSED)
    )
}
"""What asks for attention comes first."""


def _cell(transport: str) -> Callable[[Row], int]:
    return lambda row: next(_RESULTS[c.result] for c in row.cells if c.transport == transport)


SORTS: dict[str, tuple[str, Callable[[Row], Any]]] = {
    NAME: ("Worker", lambda row: row.worker.name),
    "phase": ("Phase", lambda row: row.phase_title),
    "code": ("Code", lambda row: _STATUSES[row.status]),
    "checklist": ("Checklist", lambda row: row.items_met / (row.items_total or 1)),
    "kafka": ("Kafka", _cell(Transport.KAFKA)),
    "eventhub": ("Event Hubs", _cell(Transport.EVENTHUB)),
    "witnesses": ("Witnesses", lambda row: (not row.disagreements, row.proven)),
}


class MatrixFilter(forms.Form):
    """Bound to the query string; what it does not understand it ignores."""

    q = forms.CharField(required=False, label="Search", max_length=200)
    domain = forms.ChoiceField(required=False)
    phase = forms.ChoiceField(required=False)
    status = forms.ChoiceField(
        required=False,
        choices=[
            ANY,
            (PROVEN, PROVEN),
            *Status.choices,
            (REMOVED, REMOVED),
            (DISAGREEING, "witnesses disagree"),
        ],
    )
    result = forms.ChoiceField(required=False, choices=[ANY, *((word, word) for word in (*_RESULTS, FLAKY))])
    broker = forms.ChoiceField(required=False)
    owner = forms.ChoiceField(required=False)
    sort = forms.ChoiceField(
        required=False,
        choices=[
            (f"{sign}{key}" if (sign, key) != ("", NAME) else "", f"{title}{said}")
            for key, (title, _) in SORTS.items()
            for sign, said in (("", ""), ("-", ", reversed"))
        ],
    )

    def __init__(self, board: Board, query: QueryDict) -> None:
        super().__init__(query)
        self._board = board
        phases = {row.phase_title for row in board.rows} - {BEFORE_THE_PLAN}
        brokers = {cell.run.broker for row in board.rows for cell in row.cells if cell.run}
        self._offer("domain", sorted({row.worker.domain for row in board.rows}))
        self._offer("phase", [*sorted(phases), BEFORE_THE_PLAN])
        self._offer("broker", sorted(brokers - {""}))
        if not brokers - {""}:
            del self.fields["broker"]
        owners = {owner for row in board.rows for owner in row.owners}
        self._offer("owner", [*sorted(owners), NOBODY])
        if not owners:
            del self.fields["owner"]
        self.is_valid()  # fills cleaned_data with what it understood
        self._page = query.get("page")

    @property
    def active(self) -> bool:
        """Whether something is chosen at all."""
        return any(self._chosen(name) for name in self.fields if name != "sort")

    @property
    def columns(self) -> list[tuple[str, str, str]]:
        """Each column's title, what to sort by when it is pressed, and its present `aria-sort`."""
        now = self._chosen("sort") or NAME
        return [
            (
                title,
                f"-{key}" if now == key else key,
                {key: "ascending", f"-{key}": "descending"}.get(now, ""),
            )
            for key, (title, _) in SORTS.items()
        ]

    def page(self) -> Page[Row]:
        """The page of the chosen rows that is asked for; the nearest there is."""
        sort = self._chosen("sort") or NAME
        shown = [row for row in self._board.rows if self._shows(row)]
        shown.sort(key=SORTS[sort.removeprefix("-")][1], reverse=sort.startswith("-"))
        return Paginator(shown, PAGE_ROWS).get_page(self._page)

    def _shows(self, row: Row) -> bool:
        status, result, broker, owner = map(self._chosen, ("status", "result", "broker", "owner"))
        return (
            self._chosen("q").lower() in row.worker.name.lower()
            and self._chosen("domain") in ("", row.worker.domain)
            and self._chosen("phase") in ("", row.phase_title)
            and (
                status in ("", row.status)
                or (status == PROVEN and row.proven)
                or (status == DISAGREEING and bool(row.disagreements))
            )
            and (owner == "" or owner in (row.owners or [NOBODY]))
            and any(
                (result in ("", cell.result) or (result == FLAKY and cell.flaky))
                and broker in ("", cell.run.broker if cell.run else None)
                for cell in row.cells
            )
        )

    def _offer(self, name: str, words: list[str]) -> None:
        self.fields[name].choices = [ANY, *((word, word) for word in words)]  # type: ignore[attr-defined]

    def _chosen(self, name: str) -> str:
        return str(self.cleaned_data.get(name, ""))
