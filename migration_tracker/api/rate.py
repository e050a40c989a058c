"""How often the API may be asked."""

from __future__ import annotations

import hashlib
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja.throttling import SimpleRateThrottle

from migration_tracker.accounts import lockout


class OfEach(SimpleRateThrottle):
    """So often for each token, or for each address where none is asked for; else 429 with Retry-After."""

    def __init__(self) -> None:
        super().__init__(settings.API_RATE)

    def get_cache_key(self, request: HttpRequest) -> str:
        token: Any = getattr(request, "auth", None)
        who = f"token {token.pk}" if token else f"address {lockout.address(request)}"
        return f"api-rate-{hashlib.sha256(who.encode()).hexdigest()}"
