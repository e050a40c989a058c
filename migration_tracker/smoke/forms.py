"""The form that asks for a smoke run."""

from django import forms

from migration_tracker.smoke.models import Transport

BOTH = "both"


class RunForm(forms.Form):
    transport = forms.ChoiceField(choices=[*Transport.choices, (BOTH, "both")])

    def transports(self) -> list[str]:
        chosen = self.cleaned_data["transport"]
        return list(Transport.values) if chosen == BOTH else [chosen]
