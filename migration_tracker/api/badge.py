"""A badge for a README: how many workers are proven, as SVG."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from migration_tracker.accounts import tokens
from migration_tracker.accounts.http import enter
from migration_tracker.accounts.models import Scope, User
from migration_tracker.dashboard.board import board
from migration_tracker.inventory.models import Migration


@login_not_required
@require_GET
def badge(request: HttpRequest, key: str) -> HttpResponse:
    """For whoever is signed in or has a token that reads; for everybody once PUBLIC_BADGE is set."""
    if not (settings.PUBLIC_BADGE or _may_see(request, key)):
        return HttpResponse("Sign in, or send a token.", status=401, content_type="text/plain")
    whole = board(get_object_or_404(Migration, key=key))
    context = {
        "proven": whole.progress.proven,
        "total": whole.progress.total,
        "unapproved": ", by a scope that nobody approved" if whole.unapproved else "",
    }
    answer = render(request, "api/badge.svg", context, content_type="image/svg+xml")
    answer.headers["Cache-Control"] = "no-cache"
    return answer


def _may_see(request: HttpRequest, key: str) -> bool:
    if isinstance(request.user, User):
        enter(request, key)
        return True
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    token = tokens.find(secret) if scheme.lower() == "bearer" else None
    return token is not None and Scope.READ in token.scopes and token.reaches(key)
