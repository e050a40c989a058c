"""The cache, in which the rate of the API is counted."""

from typing import Any

from migration_tracker.settings.environment import env, folder

# The rate of the API is counted here, so all processes must share it.
CACHES: dict[str, dict[str, Any]] = {
    "default": env.cache("CACHE_URL")
    if env.str("CACHE_URL", default="")
    else {
        "BACKEND": "migration_tracker.caching.files.FileCache",
        "LOCATION": str(folder("cache")),
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}
if CACHES["default"]["BACKEND"] == "django.core.cache.backends.redis.RedisCache":
    CACHES["default"] |= {
        "BACKEND": "migration_tracker.caching.redis.RedisCache",
        # A server that is silent would hold a request for good.
        "OPTIONS": {"socket_connect_timeout": 2, "socket_timeout": 2} | CACHES["default"].get("OPTIONS", {}),
    }
