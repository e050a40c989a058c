"""The forms that give a worker to somebody, and that add a migration."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from migration_tracker.inventory.models import Worker


class AssignForm(forms.Form):
    """Who a worker is given to, until when, and which issue elsewhere says more."""

    owner = forms.CharField(required=False, max_length=200, strip=True)
    due = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    issue = forms.URLField(required=False, max_length=500, assume_scheme="https")
    seen = forms.CharField(max_length=16, widget=forms.HiddenInput)

    @classmethod
    def of(cls, worker: Worker, data: Any = None) -> AssignForm:
        return cls(
            data,
            initial={
                "owner": worker.owner,
                "due": worker.due,
                "issue": worker.issue,
                "seen": worker.assignment,
            },
            auto_id="assign-%s",
        )


class AddForm(forms.Form):
    """Where the repository of a new migration is.

    Args:
        credentials: the names that may be chosen.
    """

    place = forms.CharField(
        max_length=1000,
        label="Repository",
        help_text="https://…, ssh://…, git@host:path, or a folder on the tracker's own machine.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    access = forms.ChoiceField(required=False, label="Credentials")

    def __init__(self, credentials: Iterable[str], data: Any = None) -> None:
        super().__init__(data)
        choices = [("", "none: it is public, or a folder"), *((name, name) for name in credentials)]
        self.fields["access"].choices = choices  # type: ignore[attr-defined]
