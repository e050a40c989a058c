"""The request that our views get, and the guard before those that change something."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django_htmx.middleware import HtmxDetails

from migration_tracker.accounts.models import User
from migration_tracker.accounts.roles import READ, lowest

View = Callable[..., HttpResponseBase]


class SignedInRequest(HttpRequest):
    """Somebody is signed in, and htmx may have sent it; `migration_key` says in which migration they are."""

    user: User
    htmx: HtmxDetails
    migration_key: str


Of = Callable[..., str | None]
"""From a view's arguments to the key of the migration that they belong to; None if there is no such thing."""


def enter(request: HttpRequest, key: str) -> None:
    """Note in which migration a request acts. Raises Http404 for whoever may not see it."""
    asked = cast("SignedInRequest", request)
    asked.migration_key = key
    if not asked.user.may(READ, key):
        raise Http404


def requires(action: str, *, of: Of | None = None) -> Callable[[View], View]:
    """Guard a view: 403 with the reason for those whose roles do not allow `action` in its migration.

    Args:
        action: out of `accounts.roles`.
        of: what a view needs whose address does not name its migration by `key`.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            key = of(**kwargs) if of else kwargs.get("key", getattr(request, "migration_key", ""))
            if key is None:
                raise Http404
            if key:
                enter(request, key)
            if not cast("SignedInRequest", request).user.may(action, key):
                raise PermissionDenied(
                    f"Your role does not allow you to {action}. That takes the role {lowest(action)}, which"
                    " a lead or an administrator can give you."
                )
            return view(request, *args, **kwargs)

        return guarded

    return guard
