"""The forms of ticks and waivers."""

from django import forms


class TickForm(forms.Form):
    """A tick or its withdrawal; `seen` is the last tick the page showed, so that a stale page is noticed."""

    ticked = forms.TypedChoiceField(
        choices=[("1", "tick"), ("0", "untick")], coerce=lambda value: value == "1"
    )
    note = forms.CharField(required=False, max_length=2000, strip=True)
    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class AskForm(forms.Form):
    """A request for a waiver."""

    reason = forms.CharField(max_length=2000, strip=True, widget=forms.Textarea(attrs={"rows": 3}))
    until = forms.DateField(
        label="Until, that day included (UTC)", widget=forms.DateInput(attrs={"type": "date"})
    )


class DecisionForm(forms.Form):
    """What somebody else than who asked decides on a waiver."""

    approved = forms.TypedChoiceField(
        choices=[("1", "approve"), ("0", "decline")], coerce=lambda value: value == "1"
    )
    remark = forms.CharField(required=False, max_length=2000, strip=True)
