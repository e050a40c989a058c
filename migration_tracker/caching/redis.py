"""A Redis, shared by several hosts. Imported only where CACHE_URL names one: its client brings much along."""

from django.core.cache.backends import redis
from redis.exceptions import RedisError

from migration_tracker.caching.without import DoneWithout


class RedisCache(DoneWithout, redis.RedisCache):
    """Django's, but for a server that is away or silent."""

    faults = (RedisError,)
