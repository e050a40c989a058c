"""Who asks the API: a token, and what it may be used for."""

from typing import Any, NoReturn

from django.http import HttpRequest
from ninja.errors import HttpError
from ninja.security import HttpBearer

from migration_tracker.accounts import tokens
from migration_tracker.accounts.models import Token, User
from migration_tracker.accounts.roles import lowest


class ByToken(HttpBearer):
    """`Authorization: Bearer mt_…`, of a token that has `scope`."""

    def __init__(self, scope: str) -> None:
        super().__init__()
        self._scope = scope

    def authenticate(self, _request: HttpRequest, token: str) -> Token | None:
        found = tokens.find(token)
        if found and self._scope not in found.scopes:
            raise HttpError(403, f"This token is not made for that: it lacks “{self._scope}”.")
        return found


def owner(request: HttpRequest, action: str = "") -> User:
    """For whom the token speaks; 403 when their role does not allow `action`."""
    token: Any = request.auth  # type: ignore[attr-defined]
    user: User = token.owner
    if action and not user.may(action):
        _refuse(action)
    return user


def _refuse(action: str) -> NoReturn:
    raise HttpError(403, f"The role of this token's owner does not allow to {action}: {lowest(action)} does.")
