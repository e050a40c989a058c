"""The form of a tick."""

from django import forms


class TickForm(forms.Form):
    """A tick or its withdrawal; `seen` is the last tick the page showed, so that a stale page is noticed."""

    ticked = forms.TypedChoiceField(
        choices=[("1", "tick"), ("0", "untick")], coerce=lambda value: value == "1"
    )
    note = forms.CharField(required=False, max_length=2000, strip=True)
    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
