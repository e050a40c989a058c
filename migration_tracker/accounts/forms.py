"""The forms of API tokens and of roles."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from migration_tracker.accounts.models import Scope


class TokenForm(forms.Form):
    """What a token is for.

    Args:
        migrations: the keys and names of those that its owner may see.
    """

    name = forms.CharField(max_length=100, label="What is it for?")
    scopes = forms.MultipleChoiceField(choices=Scope.choices, widget=forms.CheckboxSelectMultiple)
    migrations = forms.MultipleChoiceField(
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label="For these migrations only",
        help_text="Without any, for all that you may see.",
    )
    days = forms.IntegerField(min_value=1, max_value=366, initial=90, label="Valid for days")

    def __init__(self, migrations: Iterable[tuple[str, str]], data: Any = None) -> None:
        super().__init__(data)
        self.fields["migrations"].choices = list(migrations)  # type: ignore[attr-defined]


class RoleForm(forms.Form):
    """Who gets which role, or none.

    Args:
        roles: those that the one who asks may give.
    """

    name = forms.CharField(max_length=150, label="Who", widget=forms.TextInput(attrs={"autocomplete": "off"}))
    role = forms.ChoiceField(required=False)

    def __init__(self, roles: Iterable[str], data: Any = None) -> None:
        super().__init__(data)
        choices = [("", "no role"), *((role, role) for role in roles)]
        self.fields["role"].choices = choices  # type: ignore[attr-defined]
