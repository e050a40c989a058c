"""The form that decides on a change of scope."""

from django import forms


class DecisionForm(forms.Form):
    """Approve or decline, and why."""

    approved = forms.TypedChoiceField(
        choices=[("1", "approve"), ("0", "decline")], coerce=lambda value: value == "1"
    )
    reason = forms.CharField(max_length=2000, strip=True)
