"""The form that says where branches may be pushed."""

from django import forms

from migration_tracker.patches import branch
from migration_tracker.patches.errors import UnsafeRemote


class RemoteForm(forms.Form):
    url = forms.CharField(max_length=500, required=False)

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"].strip()
        try:
            return branch.check(url) if url else ""
        except UnsafeRemote as error:
            raise forms.ValidationError(str(error)) from error
