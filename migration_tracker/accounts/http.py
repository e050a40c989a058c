"""The request that our views get, and the guard before those that change something."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django_htmx.middleware import HtmxDetails

from migration_tracker.accounts.models import User
from migration_tracker.accounts.roles import lowest

View = Callable[..., HttpResponseBase]


class SignedInRequest(HttpRequest):
    """Somebody is signed in, and htmx may have sent it."""

    user: User
    htmx: HtmxDetails


def requires(action: str) -> Callable[[View], View]:
    """Guard a view: 403 with the reason for those whose roles do not allow `action`."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not cast("SignedInRequest", request).user.may(action):
                raise PermissionDenied(
                    f"Your role does not allow you to {action}. Whoever runs the tracker can change that: "
                    f"manage.py person NAME --role {lowest(action)}."
                )
            return view(request, *args, **kwargs)

        return guarded

    return guard
