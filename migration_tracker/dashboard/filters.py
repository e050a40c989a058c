"""Which rows the matrix shows, in which order: chosen in the address bar, so that a view can be shared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from django import forms
from django.core.paginator import Page, Paginator
from django.http import QueryDict

from migration_tracker.dashboard.board import Board
from migration_tracker.dashboard.lines import Detail, Line
from migration_tracker.dashboard.movement import stuck
from migration_tracker.dashboard.rows import BEFORE_THE_PLAN
from migration_tracker.inventory.models import REMOVED, Status
from migration_tracker.smoke.models import Result

ANY = ("", "any")
PROVEN = "proven"
DISAGREEING = "disagreeing"
SLIPPED = "slipped"
STUCK = "stuck"
PAGE_ROWS = 50
NAME = "name"
FLAKY = "flaky"
NOBODY = "nobody"
ME = "~me"  # no name of anybody

_STATUSES = {word: place for place, word in enumerate((*Status.values[::-1], REMOVED))}
_RESULTS = {
    word: place
    for place, word in enumerate(
        (Result.FAILED, Result.ERROR, Result.CANCELLED, "stale", "never", "queued", "running", Result.PASSED)
    )
}
"""What asks for attention comes first."""


SORTS: dict[str, tuple[str, Callable[[Line], Any]]] = {
    NAME: ("Worker", lambda line: line.name),
    "phase": ("Phase", lambda line: line.phase),
    "code": ("Code", lambda line: _STATUSES[line.status]),
    "checklist": ("Checklist", lambda line: line.items_met / (line.items_total or 1)),
    "kafka": ("Kafka", lambda line: _RESULTS[line.kafka]),
    "eventhub": ("Event Hubs", lambda line: _RESULTS[line.eventhub]),
    "witnesses": ("Witnesses", lambda line: (not line.disputes, line.proven)),
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
            (SLIPPED, "slipped back"),
            (STUCK, STUCK),
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

    def __init__(self, board: Board, query: QueryDict, reader: str) -> None:
        """Of the workers of `board` those that `query` asks for; `reader` is the name of who asks."""
        super().__init__(query)
        self._board = board
        roll = board.roll
        phases = {board.phase_titles[phase] for phase in roll.phases if phase in board.phase_titles}
        self._offer("domain", list(roll.domains))
        self._offer("phase", [*sorted(phases - {BEFORE_THE_PLAN}), BEFORE_THE_PLAN])
        self._offer("broker", roll.brokers)
        if not roll.brokers:
            del self.fields["broker"]
        self._offer("owner", [*roll.owners, NOBODY])
        if not roll.owners:
            del self.fields["owner"]
        self._own = {one for one in roll.owners if one.removeprefix("@").casefold() == reader.casefold()}
        if self._own:
            self.fields["owner"].choices = [ANY, (ME, "me"), *self.fields["owner"].choices[1:]]  # type: ignore[attr-defined]
        self.is_valid()  # fills cleaned_data with what it understood
        self._page = query.get("page")
        self._q, self._domain, self._phase = (
            self._chosen("q").lower(),
            self._chosen("domain"),
            self._chosen("phase"),
        )
        self._words = [self._chosen(name) for name in ("status", "result", "broker", "owner")]

    @property
    def active(self) -> bool:
        """Whether something is chosen at all."""
        return any(self._chosen(name) for name in self.fields if name != "sort")

    @property
    def offers_own(self) -> bool:
        """Whether the reader has workers of their own, and has not asked for them yet."""
        return bool(self._own) and self._chosen("owner") != ME

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

    def page(self) -> Page[Detail]:
        """The page of the chosen workers that is asked for; the nearest there is."""
        sort = self._chosen("sort") or NAME
        shown: Sequence[Line] = self._board.lines
        if self.active:
            shown = [line for line in shown if self._shows(line)]
        if sort != NAME:
            shown = sorted(shown, key=SORTS[sort.removeprefix("-")][1], reverse=sort.startswith("-"))
        pages = Paginator(shown, PAGE_ROWS)
        page = pages.get_page(self._page)
        key, titles = self._board.migration.key, self._board.phase_titles
        details = [Detail(line, key, titles.get(line.phase, BEFORE_THE_PLAN)) for line in page.object_list]
        return Page(details, page.number, pages)  # type: ignore[arg-type]

    def _shows(self, line: Line) -> bool:
        status, result, broker, owner = self._words
        return (
            self._q in line.name.lower()
            and self._domain in ("", line.domain)
            and self._phase in ("", self._board.phase_titles.get(line.phase, BEFORE_THE_PLAN))
            and self._stands(line, status)
            and self._owned(line, owner)
            and any(
                (result in ("", said) or (result == FLAKY and flaky)) and broker in ("", by)
                for said, by, flaky in line.results
            )
        )

    def _stands(self, line: Line, status: str) -> bool:
        return (
            status in ("", line.status)
            or (status == PROVEN and line.proven)
            or (status == DISAGREEING and line.disputes > 0)
            or (status == SLIPPED and line.slipped is not None)
            or (status == STUCK and line.worker in self._stuck)
        )

    @cached_property
    def _stuck(self) -> set[int]:
        return {one.line.worker for one in stuck(self._board.lines)}

    def _owned(self, line: Line, owner: str) -> bool:
        if owner == ME:
            return not self._own.isdisjoint(line.owners.splitlines())
        return owner == "" or owner in (line.owners.splitlines() or [NOBODY])

    def _offer(self, name: str, words: list[str]) -> None:
        self.fields[name].choices = [ANY, *((word, word) for word in words)]  # type: ignore[attr-defined]

    def _chosen(self, name: str) -> str:
        return str(self.cleaned_data.get(name, ""))
