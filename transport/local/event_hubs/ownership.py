"""Who reads a partition for a consumer group: owner levels (epochs), and receivers without one.

The rules are those of https://learn.microsoft.com/azure/event-hubs/event-hubs-event-processor-host#epoch, and
that an equal owner level takes over too, which the SDK's load balancing relies on.
"""

from typing import Protocol

from transport.local.event_hubs.refusals import LinkStolenError, RefusalError, TooManyReceiversError

_MOST_WITHOUT_LEVEL = 5


class Reader(Protocol):
    """Who reads."""

    def evict(self, refusal: RefusalError) -> None:
        """End reading, and say why."""


class Ownership:
    """The readers of one partition for one consumer group: one owner with a level, or some without."""

    def __init__(self) -> None:
        """Make one without readers."""
        self._level: int | None = None
        self._readers: list[Reader] = []

    def join(self, reader: Reader, level: int | None) -> None:
        """Let `reader` in; a level that is not lower than the present owner's evicts all others.

        Errors:
            LinkStolenError: an owner with a higher level, or with any when `level` is None, is reading.
            TooManyReceiversError: five are reading without a level.
        """
        if self._level is not None and (level is None or level < self._level):
            raise LinkStolenError(
                f"a receiver with owner level {self._level} reads this partition; one with "
                f"{'none' if level is None else f'level {level}'} cannot"
            )
        if level is None and len(self._readers) >= _MOST_WITHOUT_LEVEL:
            raise TooManyReceiversError(
                f"{_MOST_WITHOUT_LEVEL} receivers without an owner level read this partition; no more can"
            )
        evicted: list[Reader] = []
        if level is not None:
            evicted, self._readers = self._readers, []
        self._level = level
        self._readers.append(reader)
        for other in evicted:
            other.evict(LinkStolenError(f"a receiver with owner level {level} took this partition over"))

    def leave(self, reader: Reader) -> None:
        """Let `reader` go; nothing when it was evicted before."""
        if reader in self._readers:
            self._readers.remove(reader)
        if not self._readers:
            self._level = None
