"""The form of an API token."""

from django import forms

from migration_tracker.accounts.models import Scope


class TokenForm(forms.Form):
    name = forms.CharField(max_length=100, label="What is it for?")
    scopes = forms.MultipleChoiceField(choices=Scope.choices, widget=forms.CheckboxSelectMultiple)
    days = forms.IntegerField(min_value=1, max_value=366, initial=90, label="Valid for days")
