"""The page on which people sign in by password."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpResponse
from django.utils import timezone

from migration_tracker.accounts import lockout
from migration_tracker.accounts.lockout import Lock

LONGEST_PASSWORD = 1000  # characters: hashing takes time by their number


class SignInForm(AuthenticationForm):
    """Django's, with a wait for those who failed too often, also when the password is right this time."""

    locked: Lock | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].widget.attrs["maxlength"] = LONGEST_PASSWORD

    def clean(self) -> dict[str, Any]:
        name, where = self.cleaned_data.get("username"), self._where()
        if not name or not self.cleaned_data.get("password"):
            return super().clean()
        if found := lockout.lock(name, where):
            raise self._wait(found)
        if len(self.cleaned_data["password"]) > LONGEST_PASSWORD:
            raise forms.ValidationError(f"A password has at most {LONGEST_PASSWORD} characters.")
        try:
            cleaned: dict[str, Any] = super().clean()
        except forms.ValidationError:
            if found := lockout.failed(name, where):
                raise self._wait(found) from None
            raise
        lockout.succeeded(name, where)
        return cleaned

    def _where(self) -> str:
        return lockout.address(self.request) if self.request else ""

    def _wait(self, found: Lock) -> forms.ValidationError:
        self.locked = found
        until = timezone.localtime(found.until)
        minutes = -(-found.seconds // 60)
        wait = "1 minute" if minutes == 1 else f"{minutes} minutes"
        return forms.ValidationError(
            f"Too many sign-ins have failed {found.whose}. Try again in {wait}, after {until:%H:%M}"
            f" {until.tzname()}. If you have lost your password, ask whoever runs the tracker."
        )


class SignIn(LoginView):
    """429 with the time to wait while somebody is locked out."""

    form_class = SignInForm
    template_name = "accounts/sign_in.html"
    redirect_authenticated_user = True

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        answer = super().form_invalid(form)
        if isinstance(form, SignInForm) and form.locked:
            answer.status_code = 429
            answer["Retry-After"] = str(form.locked.seconds)
        return answer
