"""What each role may do. A person with no role reads everything and changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

if TYPE_CHECKING:
    from migration_tracker.accounts.models import User

View = Callable[..., HttpResponseBase]

TICK = "tick"
SCAN = "scan"
SMOKE = "smoke"

ROLES: dict[str, frozenset[str]] = {
    "viewer": frozenset(),
    "engineer": frozenset({TICK, SCAN, SMOKE}),
    "lead": frozenset({TICK, SCAN, SMOKE}),
    "administrator": frozenset({TICK, SCAN, SMOKE}),
}


def allows(user: User, action: str) -> bool:
    """Whether `user` may do `action`."""
    return user.is_superuser or any(action in ROLES.get(name, ()) for name in user.role_names)


def requires(action: str) -> Callable[[View], View]:
    """Guard a view: 403 with the reason for those whose roles do not allow `action`."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not allows(cast("User", request.user), action):
                raise PermissionDenied(
                    f"Your role does not allow you to {action}. Ask a lead for the engineer role."
                )
            return view(request, *args, **kwargs)

        return guarded

    return guard
