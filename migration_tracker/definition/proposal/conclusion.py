"""A value for the definition, and what it was concluded from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What is proposed for one key, and why, in sentences; `found` is False for a mere placeholder."""

    values: tuple[str, ...]
    because: tuple[str, ...]
    found: bool = True


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun: “1 file”, “3 files”."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"


def some(names: Iterable[str]) -> str:
    """The first few of many names, and how many more there are."""
    listed = sorted(names)
    more = len(listed) - _MOST_NAMED
    return ", ".join(listed[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
