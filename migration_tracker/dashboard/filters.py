"""Which rows of the matrix are shown: chosen in the address bar, so that a view can be shared."""

from __future__ import annotations

from django import forms
from django.http import QueryDict

from migration_tracker.dashboard.board import Board
from migration_tracker.dashboard.rows import BEFORE_THE_PLAN, Row
from migration_tracker.inventory.models import Status

ANY = ("", "any")
PROVEN = "proven"
DISAGREEING = "disagreeing"


class MatrixFilter(forms.Form):
    """Bound to the query string; what it does not understand it ignores."""

    q = forms.CharField(required=False, label="Search", max_length=200)
    domain = forms.ChoiceField(required=False)
    phase = forms.ChoiceField(required=False)
    status = forms.ChoiceField(
        required=False, choices=[ANY, (PROVEN, PROVEN), *Status.choices, (DISAGREEING, "witnesses disagree")]
    )

    def __init__(self, board: Board, query: QueryDict) -> None:
        super().__init__(query)
        self._board = board
        domains = sorted({row.worker.domain for row in board.rows})
        phases = sorted({row.phase_title for row in board.rows} - {BEFORE_THE_PLAN})
        self.fields["domain"].choices = [ANY, *((d, d) for d in domains)]  # type: ignore[attr-defined]
        self.fields["phase"].choices = [ANY, *((p, p) for p in [*phases, BEFORE_THE_PLAN])]  # type: ignore[attr-defined]

    @property
    def active(self) -> bool:
        """Whether something is chosen at all."""
        return any(self._chosen(name) for name in self.fields)

    def rows(self) -> list[Row]:
        """The rows of the board that are chosen."""
        return [row for row in self._board.rows if self._shows(row)]

    def _shows(self, row: Row) -> bool:
        status = self._chosen("status")
        return (
            self._chosen("q").lower() in row.worker.name.lower()
            and self._chosen("domain") in ("", row.worker.domain)
            and self._chosen("phase") in ("", row.phase_title)
            and (
                status in ("", row.status)
                or (status == PROVEN and row.proven)
                or (status == DISAGREEING and bool(row.disagreements))
            )
        )

    def _chosen(self, name: str) -> str:
        self.is_valid()  # fills cleaned_data with what it understood
        return str(self.cleaned_data.get(name, ""))
