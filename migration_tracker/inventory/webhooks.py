"""Webhooks of code hosts: each says only that something was pushed, and all it does is queue a scan.

Of the body nothing is believed, not even which branch: the scan fetches and looks for itself. GitHub signs
it with HMAC-SHA-256 (docs.github.com, Validating webhook deliveries), GitLab sends the secret as a token
(docs.gitlab.com, Webhooks), Azure DevOps as the password of basic authentication (learn.microsoft.com,
Webhooks with Azure DevOps).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from migration_tracker.inventory import credentials, services
from migration_tracker.inventory.models import Delivery, Migration, Scan

MOST_BYTES = 2_000_000
KEPT = timedelta(days=30)


def genuine(migration: Migration, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether a webhook shows that its sender knows the secret of the migration's credentials."""
    secret = credentials.webhook_secret(migration.access)
    if not secret:
        return False
    if signature := headers.get("X-Hub-Signature-256"):
        expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        return _same(signature, f"sha256={expected}")
    if token := headers.get("X-Gitlab-Token"):
        return _same(token, secret)
    return _same(_password(headers.get("Authorization", "")), secret)


def take(migration: Migration, body: bytes) -> Scan | None:
    """Queue a scan for a genuine webhook; None for one that was taken before, and for a closed migration."""
    if migration.closed_at:
        return None
    digest = hashlib.sha256(body).hexdigest()
    try:
        with transaction.atomic():
            Delivery.objects.create(migration=migration, digest=digest)
    except IntegrityError:
        return None
    return services.request_scan(migration, by=None)


def forget_old() -> None:
    """Let go of deliveries that are so old that nobody sends them again in earnest."""
    Delivery.objects.filter(at__lt=timezone.now() - KEPT).delete()


def _password(authorization: str) -> str:
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(encoded, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(errors="replace"), expected.encode())
