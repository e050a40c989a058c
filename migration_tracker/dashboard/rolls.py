"""The rolls that a process keeps in memory, by the mark that a summary gives the standings they are of."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from uuid import UUID

from migration_tracker.dashboard.roll import Roll

MOST = 32  # a thousand workers take some 2 MB

_kept: OrderedDict[tuple[int, UUID | None], Roll] = OrderedDict()
_lock = Lock()  # web processes have threads


def find(migration: int, mark: UUID | None) -> Roll | None:
    """The roll of a migration under a mark, if it is kept."""
    with _lock:
        found = _kept.get((migration, mark))
        if found:
            _kept.move_to_end((migration, mark))
        return found


def keep(migration: int, mark: UUID | None, roll: Roll) -> Roll:
    """Keep a roll in the place of the one that nobody has asked for the longest; gives it back.

    A mark is never used twice, so a roll whose transaction is undone is one that nobody asks for.
    """
    with _lock:
        _kept[migration, mark] = roll
        while len(_kept) > MOST:
            _kept.popitem(last=False)
    return roll
