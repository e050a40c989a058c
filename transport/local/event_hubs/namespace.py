"""The namespace: event hubs, their partitions, their consumer groups."""

import zlib
from collections.abc import Mapping, Sequence

from transport.local.event_hubs.clock import now
from transport.local.event_hubs.events import Event
from transport.local.event_hubs.ownership import Ownership
from transport.local.event_hubs.partition import Partition
from transport.local.event_hubs.refusals import NotFoundError, OutOfRangeError

DEFAULT_GROUP = "$Default"


class EventHub:
    """An event hub. Consumer groups come into being on first use, unless they are fixed."""

    def __init__(self, name: str, partitions: int, groups: Sequence[str] | None) -> None:
        """Make an empty one; `groups` None means any group."""
        self.name = name
        self.created_at = now()
        self.partitions = {str(number): Partition() for number in range(partitions)}
        self._groups = None if groups is None else {group.casefold() for group in (DEFAULT_GROUP, *groups)}
        self._ownerships: dict[tuple[str, str], Ownership] = {}
        self._next = 0

    def partition(self, partition_id: str) -> Partition:
        """Return a partition.

        Errors:
            OutOfRangeError: there is none of that id.
        """
        try:
            return self.partitions[partition_id]
        except KeyError:
            last = len(self.partitions) - 1
            raise OutOfRangeError(
                f"event hub {self.name!r} has partitions 0 to {last}, no {partition_id!r}"
            ) from None

    def ownership(self, group: str, partition_id: str) -> Ownership:
        """Return who reads a partition for a consumer group.

        Errors:
            NotFoundError: there is no such group.
        """
        key = group.casefold()
        if self._groups is not None and key not in self._groups:
            raise NotFoundError(f"event hub {self.name!r} has no consumer group {group!r}")
        return self._ownerships.setdefault((key, partition_id), Ownership())

    def publish(self, events: Sequence[Event]) -> None:
        """Append `events` to one partition: that of the first one's key, or else the next one in turn."""
        key = events[0].partition_key
        if key is None:
            number, self._next = self._next, (self._next + 1) % len(self.partitions)
        else:
            number = zlib.crc32(key.encode()) % len(self.partitions)
        self.partitions[str(number)].append(events)


class Namespace:
    """All event hubs. They come into being on first use, unless they are fixed."""

    def __init__(
        self,
        *,
        partitions: int,
        hubs: Mapping[str, int] | None = None,
        groups: Sequence[str] | None = None,
    ) -> None:
        """Make one.

        Args:
            partitions: of each event hub made on first use.
            hubs: partitions by event hub, when there shall be no others; None for any event hub.
            groups: the consumer groups beside `$Default`, when there shall be no others; None for any.
        """
        self._partitions = partitions
        self._groups = groups
        self._fixed = hubs is not None
        self._hubs = {name.casefold(): EventHub(name, count, groups) for name, count in (hubs or {}).items()}

    def hub(self, name: str) -> EventHub:
        """Return an event hub; names are not case sensitive.

        Errors:
            NotFoundError: there is none, and none may be made.
        """
        key = name.casefold()
        if key not in self._hubs:
            if self._fixed or not name:
                raise NotFoundError(f"there is no event hub {name!r}")
            self._hubs[key] = EventHub(name, self._partitions, self._groups)
        return self._hubs[key]
