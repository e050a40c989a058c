"""Who asks the API: a token, and what it may be used for."""

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from ninja.errors import HttpError
from ninja.security import HttpBearer

from migration_tracker.accounts import tokens
from migration_tracker.accounts.models import Token, User
from migration_tracker.accounts.roles import lowest
from migration_tracker.inventory.models import Migration


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


def owner(request: HttpRequest) -> User:
    """For whom the token speaks."""
    return token_of(request).owner


def token_of(request: HttpRequest) -> Token:
    """The token that asks."""
    token: Token = request.auth  # type: ignore[attr-defined]
    return token


def migration_of(request: HttpRequest, key: str, action: str = "") -> Migration:
    """The migration that is asked about.

    Raises:
        Http404: there is none, the token is made for others, or its owner may not see it.
        HttpError: 403, when the role of its owner does not allow `action` there.
    """
    found = get_object_or_404(Migration, key=key)
    token = token_of(request)
    if not token.reaches(found.key):
        raise Http404
    if action and not token.owner.may(action, found.key):
        raise HttpError(
            403, f"The role of this token's owner does not allow to {action}: {lowest(action)} does."
        )
    return found
