"""The page on which people sign in, by password or by going to the identity provider, and out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from migration_tracker.accounts import lockout
from migration_tracker.accounts.lockout import Lock

BACKEND = "django.contrib.auth.backends.ModelBackend"
BY_PROVIDER = "signed in by the provider"
"""In the session of whoever is, and of whoever was just now."""
SIGN_IN_SECONDS = 3600  # for as long as a sign-in may take, and a signed-out session is of use
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
    """429 with the time to wait while somebody is locked out; 403 where passwords are switched off."""

    form_class = SignInForm
    template_name = "accounts/sign_in.html"
    redirect_authenticated_user = True

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        was_by_provider = self.request.session.pop(BY_PROVIDER, False)
        return super().get_context_data(**context, **_ways_in(), was_by_provider=was_by_provider)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.PASSWORD_SIGN_IN:
            raise PermissionDenied("Signing in by password is switched off here. Sign in by the provider.")
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        self.request.session.set_expiry(None)  # it may be short, of a sign-in that was begun or has ended
        return super().form_valid(form)

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        answer = super().form_invalid(form)
        if isinstance(form, SignInForm) and form.locked:
            answer.status_code = 429
            answer["Retry-After"] = str(form.locked.seconds)
        return answer


class SignOut(LogoutView):
    """Whoever the provider signed in learns that they may still be signed in there."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        by_provider = request.session.get(BY_PROVIDER, False)
        answer = super().post(request, *args, **kwargs)
        if by_provider:
            request.session[BY_PROVIDER] = True
            request.session.set_expiry(SIGN_IN_SECONDS)
        return answer


def sign_in_page(request: HttpRequest, *, trouble: str, status: int) -> HttpResponse:
    """The page for somebody whom the provider could not sign in, with the reason."""
    context = {"form": SignInForm(request), "trouble": trouble, **_ways_in()}
    return render(request, "accounts/sign_in.html", context, status=status)


def _ways_in() -> dict[str, Any]:
    return {"by_password": settings.PASSWORD_SIGN_IN, "provider": settings.OIDC}
