"""The form that gives a worker to somebody."""

from __future__ import annotations

from typing import Any

from django import forms

from migration_tracker.inventory.models import Worker


class AssignForm(forms.Form):
    """Who a worker is given to, until when, and which issue elsewhere says more."""

    owner = forms.CharField(required=False, max_length=200, strip=True)
    due = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    issue = forms.URLField(required=False, max_length=500, assume_scheme="https")

    @classmethod
    def of(cls, worker: Worker, data: Any = None) -> AssignForm:
        return cls(
            data,
            initial={"owner": worker.owner, "due": worker.due, "issue": worker.issue},
            auto_id="assign-%s",
        )
