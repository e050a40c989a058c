"""A way in for an administrator, whatever becomes of passwords and provider: a link from the shell."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from migration_tracker.accounts.errors import CannotSignIn
from migration_tracker.accounts.models import User
from migration_tracker.accounts.roles import PEOPLE
from migration_tracker.accounts.signing_in import BACKEND
from migration_tracker.audit import services as audit
from migration_tracker.audit.models import INSTALLATION
from migration_tracker.installation import command

MINUTES = 10
_SALT = "accounts.way_in"


@transaction.atomic
def link(name: str) -> str:
    """A link that signs an administrator in, once, within `MINUTES`. That it was made is an audit entry.

    Raises:
        CannotSignIn: nobody is called so, or they are no administrator.
    """
    user = User.objects.filter(username=name, is_active=True).first()
    if user is None or not user.may(PEOPLE):
        make = command(f"person {name} --role administrator")
        raise CannotSignIn(f"Nobody who may sign in as administrator is called {name}. {make} makes one.")
    audit.record(
        None,
        "user.way_in",
        user,
        chain=INSTALLATION,
        sentence=f"made a link in the shell by which {user} can sign in once",
    )
    token = signing.dumps([user.pk, _until_used(user)], salt=_SALT)
    return f"{settings.PUBLIC_URL.rstrip('/')}{reverse('way_in', args=[token])}"


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether to sign in, so that no preview of the link uses it up; a post does."""
    with transaction.atomic():
        user = _meant(token)
        if request.method != "POST":
            return render(request, "accounts/way_in.html", {"person": user})
        login(request, user, backend=BACKEND)
        audit.record(
            user, "user.way_in", user, chain=INSTALLATION, sentence="signed in by a link from the shell"
        )
    return redirect(settings.LOGIN_REDIRECT_URL)


def _meant(token: str) -> User:
    try:
        pk, then = signing.loads(token, salt=_SALT, max_age=MINUTES * 60)
    except signing.BadSignature:
        pk, then = 0, ""
    user = User.objects.select_for_update().filter(pk=pk, is_active=True).first()
    if user is None or _until_used(user) != then or not user.may(PEOPLE):
        raise PermissionDenied(
            f"This link is wrong, was used, or is older than {MINUTES} minutes. Make another in the shell:"
            f" {command('way_in NAME')}"
        )
    return user


def _until_used(user: User) -> str:
    """What changes when somebody signs in."""
    return user.last_login.isoformat() if user.last_login else ""
