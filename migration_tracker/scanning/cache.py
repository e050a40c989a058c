"""Where what earlier scans read is kept, or not."""

from __future__ import annotations

from typing import Any, Protocol


class Cache(Protocol):
    """Keeps JSON by key."""

    def get(self, key: str) -> Any: ...

    def put(self, key: str, value: Any) -> None: ...


class NoCache:
    """Keeps nothing."""

    def get(self, _key: str) -> Any:
        return None

    def put(self, _key: str, _value: Any) -> None:
        return None
