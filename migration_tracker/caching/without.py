"""What both caches share: a fault of theirs is logged, and answered as by an empty cache."""

from __future__ import annotations

import logging
from typing import Any, ClassVar

from django.core.cache.backends.base import BaseCache

log = logging.getLogger(__name__)


class DoneWithout(BaseCache):
    """To be put before one of Django's caches; `faults` are what that raises."""

    faults: ClassVar[tuple[type[Exception], ...]]

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        try:
            return super().get(key, default, version)
        except self.faults as error:
            return _without(error, default)

    def set(self, key: Any, value: Any, *timeout: Any, **more: Any) -> None:
        try:
            super().set(key, value, *timeout, **more)
        except self.faults as error:
            _without(error, None)

    def add(self, key: Any, value: Any, *timeout: Any, **more: Any) -> bool:
        try:
            return bool(super().add(key, value, *timeout, **more))
        except self.faults as error:
            return bool(_without(error, False))


def _without(error: Exception, answer: Any) -> Any:
    log.warning("the cache does not answer (CACHE_URL), so it is done without: %s", error)
    return answer
