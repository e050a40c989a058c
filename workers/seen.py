"""Which events a process has passed on already, to drop their repeats."""

from collections import OrderedDict

MOST = 100_000
"""Ids remembered, some 15 MB; the vendors repeat an event within minutes, if they do."""


class Seen:
    """The last `most` ids, in this process's memory and nowhere else.

    What was seen before a restart, by another process, or longer ago than `most` ids, is not known here: a
    repeat of it is passed on. It spares work; that repeats do no harm is up to whoever comes after.
    """

    def __init__(self, most: int = MOST) -> None:
        if most < 1:
            raise ValueError(f"most is {most}: at least one id must be remembered")
        self._most = most
        self._ids: OrderedDict[str, None] = OrderedDict()

    def __contains__(self, identity: str) -> bool:
        return identity in self._ids

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, identity: str) -> None:
        """Remember `identity`, once it has been passed on; the one not seen for longest is forgotten."""
        self._ids[identity] = None
        self._ids.move_to_end(identity)
        if len(self._ids) > self._most:
            self._ids.popitem(last=False)
