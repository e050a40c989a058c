"""The addresses by which people go to the provider and come back.

They are reached by links, not by forms: the page's policy lets no form lead to another site.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from migration_tracker.accounts.errors import CannotSignIn, ProviderAway
from migration_tracker.accounts.oidc import people
from migration_tracker.accounts.oidc.configuration import Configuration
from migration_tracker.accounts.oidc.provider import Provider
from migration_tracker.accounts.signing_in import BACKEND, BY_PROVIDER, SIGN_IN_SECONDS, sign_in_page

log = logging.getLogger(__name__)


@login_not_required
@never_cache
@require_safe
def begin(request: HttpRequest) -> HttpResponse:
    """Send somebody to the provider; the question's `next` says where to afterwards, on this site only."""
    back = request.build_absolute_uri(reverse("oidc_finish"))
    try:
        there = Provider(_configuration()).begin(
            request, back=back, onwards=_ours(request, request.GET.get("next"))
        )
    except CannotSignIn as error:
        return _refused(request, error)
    if not request.user.is_authenticated:
        request.session.set_expiry(SIGN_IN_SECONDS)
    return redirect(there)


@login_not_required
@never_cache
@require_safe
def finish(request: HttpRequest) -> HttpResponse:
    """Sign in whom the provider sends back."""
    configuration = _configuration()
    try:
        answer = Provider(configuration).finish(request)
        user = people.signed_in(answer.claims, configuration)
    except CannotSignIn as error:
        return _refused(request, error)
    login(request, user, backend=BACKEND)
    # Not renewed by use, so that roles by group are never older.
    request.session.set_expiry(timezone.now() + timedelta(hours=configuration.session_hours))
    request.session[BY_PROVIDER] = True
    return redirect(_ours(request, answer.onwards) or resolve_url(settings.LOGIN_REDIRECT_URL))


@login_not_required
@never_cache
@require_safe
def sign_out_there(request: HttpRequest) -> HttpResponse:
    """Send somebody who is signed out here to where they sign out of the provider, which asks them."""
    back = request.build_absolute_uri(reverse("sign_in"))
    try:
        there = Provider(_configuration()).sign_out_address(back)
    except CannotSignIn as error:
        return _refused(request, error)
    return redirect(there or "sign_in")


def _configuration() -> Configuration:
    found: Configuration | None = settings.OIDC
    if found is None:
        raise PermissionDenied(
            "Signing in by OpenID Connect is not set up here. Sign in by name and password."
        )
    return found


def _ours(request: HttpRequest, address: str | None) -> str:
    """An address of this site, or nothing."""
    fits = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return (address or "") if fits else ""


def _refused(request: HttpRequest, error: CannotSignIn) -> HttpResponse:
    log.warning("nobody was signed in by OpenID Connect: %s", error.reason)
    return sign_in_page(request, trouble=str(error), status=503 if isinstance(error, ProviderAway) else 403)
