"""Tokens of the API: made, shown once, found again by their hash, revoked."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from migration_tracker.accounts.models import Token, User
from migration_tracker.audit import services as audit
from migration_tracker.audit.models import INSTALLATION

PREFIX = "mt_"  # by which a scanner of leaked secrets knows one
_USED_EVERY = timedelta(minutes=1)


@transaction.atomic
def make(
    owner: User, *, name: str, scopes: Iterable[str], days: int, migrations: Iterable[str] = ()
) -> tuple[Token, str]:
    """Make a token.

    Args:
        owner: for whom it speaks.
        name: what its owner knows it by.
        scopes: out of `Scope`.
        days: how long it is valid.
        migrations: keys of those it is for; without any, all that its owner may see.

    Returns:
        What is kept of it, and the token itself, which is to be shown now or never.
    """
    secret = PREFIX + secrets.token_urlsafe(32)
    token = Token.objects.create(
        owner=owner,
        name=name,
        digest=_digest(secret),
        scopes=sorted(scopes),
        migrations=sorted(migrations),
        expires_at=timezone.now() + timedelta(days=days),
    )
    audit.record(
        owner,
        "token.made",
        token,
        chain=INSTALLATION,
        sentence=f"made the API token “{name}”",
        scopes=token.scopes,
        migrations=token.migrations,
        expires_at=token.expires_at.isoformat(),
    )
    return token, secret


@transaction.atomic
def revoke(token: Token) -> None:
    """End a token now, by its owner."""
    if Token.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now()):
        sentence = f"revoked the API token “{token.name}”"
        audit.record(token.owner, "token.revoked", token, chain=INSTALLATION, sentence=sentence)


def find(secret: str) -> Token | None:
    """The valid token of somebody who may still sign in, or None.

    The secret is 256 random bits, so a plain hash keeps it, and looking it up by that tells only yes or no.
    """
    token = Token.objects.select_related("owner").filter(digest=_digest(secret)).first()
    if token is None or not token.valid or not token.owner.is_active:
        return None
    now = timezone.now()
    if token.used_at is None or token.used_at < now - _USED_EVERY:
        Token.objects.filter(pk=token.pk).update(used_at=now)
    return token


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
