"""The shared cache, on a Redis that may be away: it then holds nothing, and nobody is refused for that.

What is kept there can be made anew, or be done without for a while: counts of how often the API was asked,
what `/metrics` counts once a minute, an identity provider's addresses.
"""

from __future__ import annotations

import logging
from typing import Any

from django.core.cache.backends import redis
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

PATIENCE = {"socket_connect_timeout": 2, "socket_timeout": 2}
"""Seconds: a request waits no longer for a server that is silent."""


class RedisCache(redis.RedisCache):
    """Django's, but for a server that does not answer. A warning says so each time."""

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        try:
            return super().get(key, default, version)
        except RedisError as error:
            return _without(error, default)

    def set(self, key: Any, value: Any, *timeout: Any, **more: Any) -> None:
        try:
            super().set(key, value, *timeout, **more)
        except RedisError as error:
            _without(error, None)

    def add(self, key: Any, value: Any, *timeout: Any, **more: Any) -> bool:
        try:
            return bool(super().add(key, value, *timeout, **more))
        except RedisError as error:
            return bool(_without(error, False))


def _without(error: RedisError, answer: Any) -> Any:
    log.warning("the cache does not answer (CACHE_URL), so it is done without: %s", error)
    return answer
